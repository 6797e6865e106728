import { Scope } from "#shared/base/runtime";
import { Child } from "../../cli/processes/child.ts";
import { processes } from "../../cli/processes/launcher.ts";
import { MeshNode, type MeshNodeOptions } from "../../cli/processes/mesh-node.ts";
import { compiled } from "./compiled.ts";
import { type NatsServer, startNatsServer } from "./nats-server.ts";
import { TempFolder } from "./temp-folder.ts";

/** A machine under load takes seconds to start a process. */
const READY_MS = 30_000;

/** The command that all processes of a cluster are, compiled. */
const MILLRACE = [process.execPath, compiled("cli/main.ts")];

/** A service of ours in a process of its own. */
export type ClusterNode = MeshNode;

type Role = ClusterNode["role"];

export type ClusterOptions = {
	/** Variables of all nodes. */
	readonly env?: Readonly<Record<string, string>>;
	/** Arguments of nats-server. */
	readonly nats?: readonly string[];
};

/** `inside` is a command in front of the node's own that enters its place. */
type AddOptions = Pick<MeshNodeOptions, "id" | "role"> & Partial<MeshNodeOptions> & { inside?: readonly string[] };

/** How a node's process is started: with more variables, more flags of Node's, with a limit of open files. */
type NodeOptions = { env?: Readonly<Record<string, string>>; flags?: readonly string[]; openFiles?: number };

/**
 * A mesh as it is run: a nats-server, and each service a process started by the command line. Disposing ends them all, and
 * so does the end of this process.
 */
export class Cluster implements AsyncDisposable {
	readonly nats: NatsServer;
	readonly #env: Readonly<Record<string, string>>;
	readonly #scope: Scope;
	readonly #folder: TempFolder;
	readonly #nodes: MeshNode[] = [];
	readonly #programs: Child[] = [];

	static async start({ env = {}, nats = [] }: ClusterOptions = {}): Promise<Cluster> {
		return new Cluster(await startNatsServer({ args: nats }), env);
	}

	constructor(nats: NatsServer, env: Readonly<Record<string, string>>) {
		this.nats = nats;
		this.#env = env;
		this.#scope = new Scope();
		this.#folder = this.#scope.use(new TempFolder());
		this.#scope.use(nats);
		process.on("exit", this.#lastRites);
	}

	/** For files that live as long. */
	get folder(): string {
		return this.#folder.path;
	}

	/** All nodes, in the order they were added. */
	get nodes(): readonly MeshNode[] {
		return this.#nodes;
	}

	/** A node to be started. */
	add({ env, inside = [], ...options }: AddOptions): MeshNode {
		const node = new MeshNode({
			...{ folder: this.folder, launcher: processes(MILLRACE, inside), readyMs: READY_MS },
			...options,
			env: { MILLRACE_NODE_ID: options.id, MILLRACE_NATS_SERVERS: this.nats.url, ...this.#env, ...env },
		});
		this.#nodes.push(node);
		return node;
	}

	/** Starts a node on free ports and waits until its doors are open. `text` is its YAML. */
	async node(
		role: Role,
		id: string,
		text = "",
		{ env, flags = [], openFiles }: NodeOptions = {},
	): Promise<ClusterNode> {
		const [node, ...main] = MILLRACE;
		const program = [node ?? "", ...flags, ...main];
		const inside = openFiles === undefined ? [] : ["sh", "-c", `ulimit -n ${openFiles} && exec "$0" "$@"`];
		const added = this.add({ role, id, config: text, launcher: processes(program, inside), ...(env && { env }) });
		await added.start();
		return added;
	}

	/** Starts any other command of ours, such as `publish`. */
	run(args: readonly string[]): Child {
		const program = new Child({ command: MILLRACE, args });
		this.#programs.push(program);
		return program;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#kill();
		await Promise.all([...this.#nodes.map((node) => node.kill()), ...this.#programs.map(({ exited }) => exited)]);
		await this.#scope[Symbol.asyncDispose]();
		process.off("exit", this.#lastRites);
	}

	#kill(): void {
		for (const node of this.#nodes) void node.kill();
		for (const program of this.#programs) program.signal("SIGKILL");
	}

	/** What a second Ctrl-C leaves time for: those that are frozen would not notice. */
	readonly #lastRites = (): void => {
		this.#kill();
		this.nats.destroy();
		this.#folder[Symbol.dispose]();
	};
}
