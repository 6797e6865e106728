import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Millis, systemClock } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";
import { readFlvFile } from "../../cli/flv-file.ts";
import { demoClip } from "../../cli/project.ts";
import { freePort } from "../../test/support/free-port.ts";
import { type NatsServer, startNatsServer } from "../../test/support/nats-server.ts";
import { type PreparedNode, prepareNodes } from "../chaos/stage/nodes.ts";
import { HOT } from "../chaos/stage/plan.ts";
import { Program } from "../chaos/stage/program.ts";
import { StagedNode } from "../chaos/stage/staged-node.ts";
import { Wire } from "../chaos/stage/wire.ts";
import { ChaosViewer } from "../chaos/viewer/chaos-viewer.ts";
import { collectable } from "./collect.ts";
import { gaugesOf } from "./gauges.ts";

const HOST = "127.0.0.1";
/** One publisher for each stream would be most of what runs; streams of different ones are at different places of the clip. */
const STREAMS_A_PUBLISHER = 5;
/** Upstreams of a stream at intermediates and edges: both of the tier above. */
const FEEDS = 2;
const LOOK_MS: Millis = 250;
/** Backoffs of a few seconds included, every child has its parents again within this time; more is a fault. */
const WELL_MS: Millis = 30_000;
const JOIN_MS: Millis = 20_000;
/** Both tracks' first frames and the burst of a join are behind a viewer that has had as many. */
const JOINED_FRAMES = 100;

type Role = StagedNode["role"];

/**
 * Two nodes of each tier, all streams published to both origins, each watched at one edge. The first relay of a tier finds its
 * upstreams by discovery, the second has them as one group. Disposing ends it all.
 */
export class SoakMesh implements AsyncDisposable {
	readonly keys: readonly string[];
	/** One for each stream. */
	readonly viewers: ChaosViewer[] = [];
	/** What ended without having been asked to. */
	readonly crashes: string[] = [];
	/** In front of each intermediate, and between the publishers and each origin. */
	readonly wires = new Map<string, Wire>();
	readonly #folder = mkdtempSync(join(tmpdir(), "millrace-soak-"));
	#nodes: readonly StagedNode[] = [];
	#publishers: readonly Program[] = [];
	#nats: NatsServer | undefined;

	/** Starts everything and waits until every viewer watches. Throws StartError, and the signal's reason. */
	static async open(streams: number, signal: AbortSignal): Promise<SoakMesh> {
		const mesh = new SoakMesh(streams);
		try {
			await mesh.#start(signal);
			return mesh;
		} catch (error) {
			await mesh[Symbol.asyncDispose]();
			throw error;
		}
	}

	constructor(streams: number) {
		this.keys = Array.from({ length: streams }, (_, index) => `live/soak${index + 1}`);
		process.on("exit", this.#lastRites);
	}

	get nats(): NatsServer {
		if (!this.#nats) throw new Error("the mesh is not open");
		return this.#nats;
	}

	get nodes(): readonly StagedNode[] {
		return this.#nodes;
	}

	tier(role: Role): readonly StagedNode[] {
		return this.#nodes.filter((node) => node.role === role);
	}

	/** How many streams pass a node: each edge has its share. */
	streamsOf({ id, role }: StagedNode): number {
		return role === "edge" ? this.keys.filter((_, index) => this.#edgeOf(index)?.id === id).length : this.keys.length;
	}

	/** Waits until the children of a tier get every stream from both its nodes; whether they came to. */
	async untilWell(tier: "origin" | "intermediate", signal: AbortSignal): Promise<boolean> {
		const children = this.tier(tier === "origin" ? "intermediate" : "edge");
		const deadline = systemClock.now() + WELL_MS;
		while (systemClock.now() < deadline) {
			const up = children.filter(({ isUp, isFrozen }) => isUp && !isFrozen);
			const areAll = this.tier(tier).every(({ isUp, isFrozen }) => isUp && !isFrozen);
			if (areAll && up.length > 0 && (await Promise.all(up.map((child) => this.#isFed(child)))).every(Boolean))
				return true;
			await pause(LOOK_MS, undefined, { signal });
		}
		return false;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		for (const viewer of this.viewers) viewer.leave();
		this.#kill();
		await Promise.all([
			...this.#nodes.map((node) => node.kill()),
			...this.#publishers.map(({ exited }) => exited),
			...[...this.wires.values()].map((wire) => wire[Symbol.asyncDispose]()),
			this.#nats?.[Symbol.asyncDispose](),
		]);
		rmSync(this.#folder, { recursive: true, force: true });
		process.off("exit", this.#lastRites);
	}

	/** What a second Ctrl-C leaves time for. */
	readonly #lastRites = (): void => {
		this.#kill();
		try {
			if (this.#nats) process.kill(this.#nats.pid, "SIGKILL");
		} catch {
			// A fault killed it before.
		}
		rmSync(this.#folder, { recursive: true, force: true });
	};

	#kill(): void {
		for (const node of this.#nodes) node.destroy();
		for (const publisher of this.#publishers) publisher.signal("SIGKILL");
	}

	#edgeOf(stream: number): StagedNode | undefined {
		const edges = this.tier("edge");
		return edges[stream % edges.length];
	}

	async #isFed(child: StagedNode): Promise<boolean> {
		try {
			return (await gaugesOf(child.http)).live === this.streamsOf(child) * FEEDS;
		} catch {
			return false;
		}
	}

	async #start(signal: AbortSignal): Promise<void> {
		this.#nats = await startNatsServer();
		this.#nodes = await Promise.all(
			(await prepareNodes({ ...HOT, upstreams: "mixed" }, this.#folder)).map((node) => this.#link(node)),
		);
		await Promise.all(this.#nodes.map((node) => node.start()));
		signal.throwIfAborted();
		for (const { id, rtmp } of this.tier("origin")) {
			this.wires.set(id, await Wire.open(HOST, Number(new URL(rtmp).port)));
		}
		this.#publishers = this.#publish();
		const source = await readFlvFile(demoClip());
		for (const [index, key] of this.keys.entries()) await this.#watch(index, key, source, signal);
		for (const tier of ["origin", "intermediate"] as const) {
			if (!(await this.untilWell(tier, signal))) throw new StartError(`not every stream comes from both ${tier}s`);
		}
	}

	/** A proxy stands where an intermediate says that it listens. */
	async #link(node: PreparedNode): Promise<StagedNode> {
		const { id, role } = node.planned;
		const env = { ...node.env, ...collectable() };
		if (role === "intermediate") {
			const port = await freePort();
			const wire = await Wire.open(HOST, port);
			this.wires.set(id, wire);
			Object.assign(env, { MILLRACE_RTMP_PORT: `${port}`, MILLRACE_RTMP_ADVERTISE: wire.address });
		}
		return new StagedNode({
			...{ ...node, env, nats: this.nats.url, place: { host: HOST, inside: [] } },
			onLine: () => {},
			onExit: ({ lastWords }, wasAsked) => {
				if (!wasAsked) this.crashes.push(`${id} ended by itself: ${lastWords}`);
			},
		});
	}

	#publish(): Program[] {
		const programs: Program[] = [];
		for (let first = 0; first < this.keys.length; first += STREAMS_A_PUBLISHER) {
			const keys = this.keys.slice(first, first + STREAMS_A_PUBLISHER);
			const wires = this.tier("origin").flatMap(({ id }) => this.wires.get(id) ?? []);
			const urls = keys.flatMap((key) => wires.map(({ address }) => `rtmp://${address}/${key}`));
			programs.push(new Program({ args: ["publish", demoClip(), ...urls, "--loop"] }));
		}
		return programs;
	}

	/** Dials until the stream is there. */
	async #watch(index: number, key: string, source: Awaited<ReturnType<typeof readFlvFile>>, signal: AbortSignal) {
		const edge = this.#edgeOf(index);
		if (!edge) throw new Error("a mesh without an edge");
		const deadline = systemClock.now() + JOIN_MS;
		const label = `${edge.id} (${key})`;
		const dial = () => new ChaosViewer({ edge: label, url: `${edge.rtmp}/${key}`, sources: [source], keeps: false });
		let viewer = dial();
		while (viewer.frames < JOINED_FRAMES) {
			await pause(LOOK_MS, undefined, { signal });
			if (systemClock.now() > deadline) throw new StartError(`a viewer at ${label} does not get the stream`);
			if (viewer.hasEnded) viewer = dial();
		}
		viewer.startBaseline();
		this.viewers.push(viewer);
	}
}
