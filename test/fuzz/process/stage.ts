import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { Scope } from "#shared/base/runtime";
import { Cluster, type ClusterNode } from "../../support/cluster.ts";
import { compiled } from "../../support/compiled.ts";
import { metric } from "../../support/metrics.ts";
import { Program } from "../../support/process.ts";

const CLIP = "cli/demo/demo.flv";
/** As much of a dead process's last words as shows why. */
const LAST_WORDS = 3000;
/** What a flood may hold up a viewer on few cores, besides what the machine holds up everybody. */
const MAX_STALL_MS = 2000;
/** A frame passes this many processes: each may have been held up as long as this one was. */
const PROCESSES = 4;
/** What any number of inputs may leave in a process: V8's heap breathes by tens of megabytes. */
const MAX_GROWTH_MEGABYTES = 250;

type Report = {
	frames: number;
	lost: number;
	dup: number;
	back: number;
	unknown: number;
	stallMs: number;
	end: string;
};

/** Two origins and an edge as processes, `live/clean` published to both, and a viewer of it who is judged. Disposing ends all. */
export class Stage implements AsyncDisposable {
	readonly origins: readonly [ClusterNode, ClusterNode];
	readonly edge: ClusterNode;
	readonly nats: string;
	readonly #scope: Scope;
	readonly #viewer: Program;
	/** How long this process was kept from its work: nobody else is, where the machine is free. */
	readonly #delay = monitorEventLoopDelay();
	#before: number | undefined;

	static async open(): Promise<Stage> {
		const scope = new Scope();
		try {
			const cluster = scope.use(await Cluster.start());
			const [first, second, edge] = await Promise.all([
				cluster.node("origin", "o1", "{log: {level: error}}"),
				cluster.node("origin", "o2", "{log: {level: error}}"),
				cluster.node("edge", "e1", "{log: {level: error}, keepMs: 0, lingerMs: 500}"),
			]);
			const urls = [first, second].map(({ rtmp }) => `${rtmp}/live/clean`);
			cluster.run(["publish", CLIP, ...urls, "--loop"]);
			// It gives up where nothing comes, so that it comes when there is something.
			await Promise.all([first, second].map(published));
			const viewer = new Program(
				process.execPath,
				[compiled("cli/main.ts"), "probe", `${edge.rtmp}/live/clean`, "--source", CLIP, "--json"],
				{ apt: "nodejs", ipc: true },
			);
			scope.use(viewer);
			const stage = new Stage(scope, viewer, { nats: cluster.nats.url, origins: [first, second], edge });
			await published(edge);
			return stage;
		} catch (error) {
			await scope[Symbol.asyncDispose]();
			throw error;
		}
	}

	constructor(scope: Scope, viewer: Program, so: Pick<Stage, "nats" | "origins" | "edge">) {
		this.#scope = scope;
		this.#viewer = viewer;
		this.nats = so.nats;
		this.origins = so.origins;
		this.edge = so.edge;
		this.#delay.enable();
	}

	/** Why a process is no more; undefined while all live. */
	death(): string | undefined {
		const dead = [...this.origins, this.edge].find(({ program }) => program.isOver);
		if (!dead) return undefined;
		const { signalCode, exitCode } = dead.program.process;
		return `${dead.id} ended with ${signalCode ?? `status ${exitCode}`}: ${dead.program.output.slice(-LAST_WORDS)}`;
	}

	/** Megabytes the nodes hold together. */
	async megabytes(): Promise<number> {
		const each = [...this.origins, this.edge].map(({ http }) => metric(http, "millrace_process_resident_memory_bytes"));
		return (await Promise.all(each)).reduce((sum, bytes) => sum + bytes, 0) / 2 ** 20;
	}

	/** From now on, growth counts. */
	async warm(): Promise<void> {
		this.#before ??= await this.megabytes();
	}

	/** Ends the viewer; what it, the processes and their memory say against the mesh. */
	async verdict(): Promise<string | undefined> {
		const death = this.death();
		if (death !== undefined) return death;
		const grown = (await this.megabytes()) - (this.#before ?? Number.POSITIVE_INFINITY);
		if (grown > MAX_GROWTH_MEGABYTES) return `the nodes grew by ${Math.round(grown)} MB`;
		this.#viewer.signal("SIGINT");
		await this.#viewer.exited;
		const line = this.#viewer.output.split("\n").find((text) => text.startsWith("{"));
		if (line === undefined) return `the viewer says: ${this.#viewer.output.slice(-LAST_WORDS)}`;
		const report = JSON.parse(line) as Report;
		const { lost, dup, back, unknown, stallMs, end } = report;
		const isClean = lost + dup + back + unknown === 0 && stallMs <= this.#maxStallMs() && end === "stopped";
		return isClean ? undefined : `the viewer of a stream beside it: ${line}`;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#delay.disable();
		await this.#scope[Symbol.asyncDispose]();
	}

	#maxStallMs(): number {
		return MAX_STALL_MS + (PROCESSES * this.#delay.max) / 1e6;
	}
}

/** The node has a stream. */
async function published({ http }: ClusterNode): Promise<void> {
	while ((await metric(http, "millrace_streams")) === 0) await pause(100);
}
