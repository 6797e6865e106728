import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Millis, systemClock } from "#shared/clock";
import { StartError } from "#shared/errors";
import type { MediaPacket } from "#shared/media";
import { readFlvFile } from "../../../cli/flv-file.ts";
import { untilPlaying } from "../../../cli/lab/until-playing.ts";
import { parsePlayUrl } from "../../../cli/stream-url.ts";
import { type NatsServer, startNatsServer } from "../../../test/support/nats-server.ts";
import { ChaosViewer } from "../viewer/chaos-viewer.ts";
import { Chronicle } from "./chronicle.ts";
import { filesOf } from "./feeds.ts";
import { type Links, layLinks } from "./links.ts";
import { nodesOf, type StagePlan } from "./plan.ts";
import { Publishers } from "./publishers.ts";
import { StagedNode } from "./staged-node.ts";
import { Wire } from "./wire.ts";

const KEY = "live/chaos";
/** Backoffs of a few seconds included, every child has its parents again within this time; more is a fault. */
const WHOLE_MS: Millis = 30_000;

type Role = StagedNode["role"];
const PARENTS: Record<Role, Role | undefined> = {
	origin: undefined,
	intermediate: "origin",
	edge: "intermediate",
};

/** A whole mesh of real processes, with its encoders. Disposing ends them all and leaves no file or network behind. */
export class Stage implements AsyncDisposable {
	readonly plan: StagePlan;
	readonly chronicle = new Chronicle();
	/** Nodes that ended without having been asked to, with their last words. */
	readonly crashes: string[] = [];
	/** From the publisher to each origin, where the plan has such links. */
	readonly publisherWires = new Map<string, Wire>();
	readonly #folder = mkdtempSync(join(tmpdir(), "millrace-chaos-"));
	#links: Links | undefined;
	#nats: NatsServer | undefined;
	#nodes: readonly StagedNode[] = [];
	#publishers: Publishers | undefined;
	#sources: readonly (readonly MediaPacket[])[] = [];

	/** Starts everything and waits until every edge plays. Throws StartError, and the signal's reason. */
	static async open(plan: StagePlan, signal: AbortSignal): Promise<Stage> {
		const stage = new Stage(plan);
		try {
			await stage.#start(signal);
			return stage;
		} catch (error) {
			await stage[Symbol.asyncDispose]();
			throw error;
		}
	}

	constructor(plan: StagePlan) {
		this.plan = plan;
		process.on("exit", this.#lastRites);
	}

	get nats(): NatsServer {
		if (!this.#nats) throw new Error("the stage is not open");
		return this.#nats;
	}

	get links(): Links {
		if (!this.#links) throw new Error("the stage is not open");
		return this.#links;
	}

	tier(role: Role): readonly StagedNode[] {
		return this.#nodes.filter((node) => node.role === role);
	}

	node(id: string): StagedNode {
		const found = this.#nodes.find((node) => node.id === id);
		if (!found) throw new Error(`there is no ${id}`);
		return found;
	}

	/** The other node of its tier. */
	sibling(node: StagedNode): StagedNode {
		return this.tier(node.role).find((other) => other !== node) ?? node;
	}

	/** The parent on air at the first edge, or above that one: what hurts most. */
	inUse(role: "origin" | "intermediate"): StagedNode {
		const child = role === "intermediate" ? this.tier("edge")[0] : this.inUse("intermediate");
		const label = child && this.chronicle.onAir(child.id);
		const found = this.tier(role).find((node) => node.label === label);
		if (!found) throw new StartError(`${child?.id} has no ${role} on air`);
		return found;
	}

	/** A new viewer at an edge. */
	watch(edge: StagedNode): ChaosViewer {
		const url = `${edge.rtmp}/${KEY}`;
		return new ChaosViewer({ edge: edge.id, url, sources: this.#sources, keeps: this.plan.feeds === "unrelated" });
	}

	/** Waits until every child plays from all parents it should; what is missing when that takes too long. */
	async untilWhole(signal: AbortSignal): Promise<readonly string[]> {
		const isWhole = await this.chronicle.until(() => this.#missing().length === 0, WHOLE_MS, signal);
		return isWhole ? [] : this.#missing().map(({ child, parent }) => `${child.id} does not play from ${parent.id}`);
	}

	/** Waits until these nodes are up and all their children play from them; whether they came to. */
	async untilWell(nodes: readonly StagedNode[], signal: AbortSignal): Promise<boolean> {
		const isWell = (node: StagedNode): boolean =>
			node.isUp && !node.isFrozen && this.#missing().every(({ parent }) => parent !== node);
		return await this.chronicle.until(() => nodes.every(isWell), WHOLE_MS, signal);
	}

	/** Thaws and starts again what the last scenario left frozen or dead, and waits until all is whole. */
	async heal(signal: AbortSignal): Promise<void> {
		for (const node of this.#nodes) if (node.isUp && node.isFrozen) node.thaw();
		await Promise.all(this.#nodes.filter(({ isUp }) => !isUp).map((node) => node.start()));
		await this.untilPlaying(signal);
		this.crashes.length = 0;
	}

	/** Waits until a viewer gets frames at every edge. Throws StartError. */
	async untilPlaying(signal: AbortSignal): Promise<void> {
		const edges = this.tier("edge");
		const playing = await Promise.all(
			edges.map(({ rtmp }) => untilPlaying(parsePlayUrl(`${rtmp}/${KEY}`), systemClock, signal)),
		);
		signal.throwIfAborted();
		const mute = edges.filter((_, place) => !playing[place]).map(({ id }) => id);
		if (mute.length > 0) throw new StartError(`nothing can be watched at ${mute.join(", ")}`);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		for (const node of this.#nodes) node.destroy();
		this.#publishers?.destroy();
		await Promise.all([
			...this.#nodes.map((node) => node.kill()),
			this.#publishers?.gone(),
			this.#nats?.[Symbol.asyncDispose](),
			...[...this.publisherWires.values()].map((wire) => wire[Symbol.asyncDispose]()),
		]);
		this.#links?.remove();
		rmSync(this.#folder, { recursive: true, force: true });
		process.off("exit", this.#lastRites);
	}

	/** What a second Ctrl-C leaves time for. */
	readonly #lastRites = (): void => {
		for (const node of this.#nodes) node.destroy();
		this.#publishers?.destroy();
		try {
			if (this.#nats) process.kill(this.#nats.pid, "SIGKILL");
		} catch {
			// It is dead already: a scenario killed it.
		}
		this.#links?.remove();
		rmSync(this.#folder, { recursive: true, force: true });
	};

	async #start(signal: AbortSignal): Promise<void> {
		this.#links = await layLinks(this.plan);
		const { host, env } = this.#links;
		// The server's own test of its door goes to loopback.
		this.#nats = await startNatsServer(host === "127.0.0.1" ? {} : { args: ["-a", "0.0.0.0"] });
		const nats = `nats://${host}:${this.#nats.port}`;
		this.#nodes = nodesOf(this.plan).map((planned) => {
			const config = join(this.#folder, `${planned.id}.yaml`);
			writeFileSync(config, stringify(planned.settings));
			return new StagedNode({
				planned,
				config,
				nats,
				place: this.links.placeOf(planned.id),
				env: { ...env, ...this.links.envOf(planned.id) },
				onLine: (line) => this.chronicle.note(line),
				onExit: (node, wasAsked) => this.#onExit(node, wasAsked),
			});
		});
		const files = await filesOf(this.plan, this.#folder);
		this.#sources = await Promise.all(files.map(readFlvFile));
		await Promise.all(this.#nodes.map((node) => node.start()));
		signal.throwIfAborted();
		this.#publishers = new Publishers(files, await this.#publishUrls());
		await this.untilPlaying(signal);
	}

	async #publishUrls(): Promise<string[]> {
		const origins = this.tier("origin");
		if (this.plan.links === "publisher") {
			for (const { id, rtmp } of origins) {
				const { hostname, port } = new URL(rtmp);
				this.publisherWires.set(id, await Wire.open(hostname, Number(port)));
			}
		}
		return origins.map(({ id, rtmp }) => {
			const wire = this.publisherWires.get(id);
			return `${wire ? `rtmp://${wire.address}` : rtmp}/${KEY}`;
		});
	}

	#onExit(node: StagedNode, wasAsked: boolean): void {
		this.chronicle.forget(node.id);
		if (!wasAsked) this.crashes.push(`${node.id} ended by itself: ${node.lastWords}`);
	}

	/** Streams are pulled on demand: an intermediate that no edge plays from plays from nobody. */
	#isWanted(node: StagedNode): boolean {
		const isRead = (): boolean => this.tier("edge").some(({ id }) => this.chronicle.playsFrom(id).has(node.id));
		return node.role === "edge" || isRead();
	}

	/** Pairs of nodes that should be connected and are not. */
	#missing(): { child: StagedNode; parent: StagedNode }[] {
		const { standby } = this.plan;
		return this.#nodes.flatMap((child) => {
			const role = PARENTS[child.role];
			if (!role || !child.isUp || !this.#isWanted(child)) return [];
			const parents = this.tier(role).filter(({ isUp }) => isUp);
			const live = this.chronicle.playsFrom(child.id);
			const missing = parents.filter(({ id }) => !live.has(id));
			const isEnough = parents.length - missing.length > standby;
			return isEnough ? [] : missing.map((parent) => ({ child, parent }));
		});
	}
}
