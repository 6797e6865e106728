import { Scope } from "#shared/base/runtime";
import { root } from "../../cli/project.ts";
import { compiled } from "./compiled.ts";
import { type NatsServer, startNatsServer } from "./nats-server.ts";
import { Program } from "./process.ts";
import { TempFolder } from "./temp-folder.ts";

const ROOT = root();

/** A service of ours in a process of its own. */
export type ClusterNode = {
	readonly id: string;
	/** `rtmp://127.0.0.1:PORT` */
	readonly rtmp: string;
	/** `http://127.0.0.1:PORT` */
	readonly http: string;
	/** Where /api and /metrics are. */
	readonly admin: string;
	readonly program: Program;
};

/** How a node's process is started: with more flags of Node's, with a limit of open files. */
type NodeProcess = { flags?: readonly string[]; openFiles?: number };

/** A mesh as it is run: a nats-server, and each service a process started by the command line. Disposing ends them all. */
export class Cluster implements AsyncDisposable {
	readonly nats: NatsServer;
	readonly #scope: Scope;
	readonly #folder: TempFolder;

	static async start(): Promise<Cluster> {
		const scope = new Scope();
		const folder = scope.use(new TempFolder());
		return new Cluster(scope, folder, scope.use(await startNatsServer()));
	}

	constructor(scope: Scope, folder: TempFolder, nats: NatsServer) {
		this.#scope = scope;
		this.#folder = folder;
		this.nats = nats;
	}

	/** Starts a node on free ports and waits until its doors are open. `text` is its YAML. */
	async node(
		role: "origin" | "intermediate" | "edge",
		id: string,
		text = "",
		{ flags = [], openFiles }: NodeProcess = {},
	): Promise<ClusterNode> {
		const config = this.#folder.write(`${id}.yaml`, text);
		const args = [...flags, compiled("cli/main.ts"), role, "--config", config];
		const limit = openFiles === undefined ? "true" : `ulimit -n ${openFiles}`;
		const program = new Program("sh", ["-c", `${limit} && exec "$0" "$@"`, process.execPath, ...args], {
			apt: "nodejs",
			cwd: ROOT,
			ipc: true,
			env: {
				...process.env,
				MILLRACE_NODE_ID: id,
				MILLRACE_NATS_SERVERS: this.nats.url,
				MILLRACE_RTMP_PORT: "0",
				MILLRACE_HTTP_PORT: "0",
			},
		});
		this.#scope.use(program);
		return { id, ...(await ready(program)), program };
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#scope[Symbol.asyncDispose]();
	}
}

type Ready = Pick<ClusterNode, "rtmp" | "http" | "admin">;

async function ready(program: Program): Promise<Ready> {
	const told = new Promise<Ready>((resolve) => {
		program.child.once("message", (message) => {
			const { rtmp, http, admin } = message as Ready;
			resolve({ rtmp, http, admin });
		});
	});
	const ended = program.exited.then(({ code }) => {
		throw new Error(`the service ended with status ${code}: ${program.output}`);
	});
	return await Promise.race([told, ended]);
}
