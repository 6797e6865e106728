import { setTimeout as pause } from "node:timers/promises";
import { type Millis, systemClock } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";
import type { MediaPacket } from "#shared/formats/packet";
import { readFlvFile } from "../../cli/flv-file.ts";
import { demoClip } from "../../cli/project.ts";
import { Cluster, type ClusterNode } from "../../test/support/cluster.ts";
import { freePort } from "../../test/support/free-port.ts";
import { Wire } from "../../test/support/wire.ts";
import { type PreparedNode, prepareNodes } from "../chaos/stage/nodes.ts";
import { HOT } from "../chaos/stage/plan.ts";
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
	readonly #cluster: Cluster;

	/** Starts everything and waits until every viewer watches. Throws StartError, and the signal's reason. */
	static async open(streams: number, signal: AbortSignal): Promise<SoakMesh> {
		const mesh = new SoakMesh(streams, await Cluster.start());
		try {
			await mesh.#start(signal);
			return mesh;
		} catch (error) {
			await mesh[Symbol.asyncDispose]();
			throw error;
		}
	}

	constructor(streams: number, cluster: Cluster) {
		this.keys = Array.from({ length: streams }, (_, index) => `live/soak${index + 1}`);
		this.#cluster = cluster;
	}

	get nats(): Cluster["nats"] {
		return this.#cluster.nats;
	}

	get nodes(): readonly ClusterNode[] {
		return this.#cluster.nodes;
	}

	tier(role: ClusterNode["role"]): readonly ClusterNode[] {
		return this.nodes.filter((node) => node.role === role);
	}

	/** How many streams pass a node: each edge has its share. */
	streamsOf({ id, role }: ClusterNode): number {
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
		await this.#cluster[Symbol.asyncDispose]();
		await Promise.all([...this.wires.values()].map((wire) => wire[Symbol.asyncDispose]()));
	}

	#edgeOf(stream: number): ClusterNode | undefined {
		const edges = this.tier("edge");
		return edges[stream % edges.length];
	}

	async #isFed(child: ClusterNode): Promise<boolean> {
		try {
			return (await gaugesOf(child.http)).live === this.streamsOf(child) * FEEDS;
		} catch {
			return false;
		}
	}

	async #start(signal: AbortSignal): Promise<void> {
		for (const node of await prepareNodes({ ...HOT, upstreams: "mixed" }, this.#cluster.folder)) await this.#add(node);
		await Promise.all(this.nodes.map((node) => node.start()));
		signal.throwIfAborted();
		for (const { id, rtmp } of this.tier("origin")) {
			this.wires.set(id, await Wire.open(HOST, Number(new URL(rtmp).port)));
		}
		this.#publish();
		const source = await readFlvFile(demoClip());
		for (const [index, key] of this.keys.entries()) await this.#watch(index, key, source, signal);
		for (const tier of ["origin", "intermediate"] as const) {
			if (!(await this.untilWell(tier, signal))) throw new StartError(`not every stream comes from both ${tier}s`);
		}
	}

	/** A proxy stands where an intermediate says that it listens. */
	async #add({ env: own, ...about }: PreparedNode): Promise<void> {
		const { id, role } = about;
		const env = { ...own, ...collectable() };
		if (role === "intermediate") {
			const port = await freePort();
			const wire = await Wire.open(HOST, port);
			this.wires.set(id, wire);
			Object.assign(env, { MILLRACE_RTMP_PORT: `${port}`, MILLRACE_RTMP_ADVERTISE: wire.address });
		}
		const node = this.#cluster.add({
			...{ ...about, env },
			onExit: (_, wasAsked) => {
				if (!wasAsked) this.crashes.push(`${id} ended by itself: ${node.program.lastLines.join("\n")}`);
			},
		});
	}

	#publish(): void {
		const wires = this.tier("origin").flatMap(({ id }) => this.wires.get(id) ?? []);
		for (let first = 0; first < this.keys.length; first += STREAMS_A_PUBLISHER) {
			const keys = this.keys.slice(first, first + STREAMS_A_PUBLISHER);
			const urls = keys.flatMap((key) => wires.map(({ address }) => `rtmp://${address}/${key}`));
			this.#cluster.run(["publish", demoClip(), ...urls, "--loop"]);
		}
	}

	/** Dials until the stream is there. */
	async #watch(index: number, key: string, source: readonly MediaPacket[], signal: AbortSignal) {
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
