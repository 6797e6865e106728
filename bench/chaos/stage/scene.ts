import { type Millis, systemClock } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";
import type { MediaPacket } from "#shared/formats/packet";
import { untilPlaying } from "../../../cli/lab/until-playing.ts";
import type { RunningNode } from "../../../cli/processes/launcher.ts";
import type { MeshNode } from "../../../cli/processes/mesh-node.ts";
import { parsePlayUrl } from "../../../cli/stream-url.ts";
import { Chronicle } from "../../../test/support/chronicle.ts";
import type { NatsServer } from "../../../test/support/nats-server.ts";
import { ChaosViewer } from "../viewer/chaos-viewer.ts";
import type { Encoders } from "./encoders.ts";
import type { StagePlan } from "./plan.ts";

/** Backoffs of a few seconds included, every child has its parents again within this time; more is a fault. */
const WHOLE_MS: Millis = 30_000;

/** One node of a mesh that is played with, whatever it runs in. */
export type SceneNode = MeshNode<RunningNode>;
export type Role = SceneNode["role"];

const PARENTS: Record<Role, Role | undefined> = { origin: undefined, intermediate: "origin", edge: "intermediate" };

/** A whole mesh with its encoders, whatever it is made of: processes or containers. Disposing ends all of it. */
export abstract class Scene<N extends SceneNode = SceneNode> implements AsyncDisposable {
	readonly plan: StagePlan;
	/** The stream that is watched. */
	readonly key: string;
	readonly chronicle = new Chronicle();
	/** Nodes that ended without having been asked to, with their last words. */
	readonly crashes: string[] = [];
	/** The encoders whose links to the origins can be cut, where the plan has such links. */
	encoders: Encoders | undefined;
	protected nodes: readonly N[] = [];
	/** The packets of each published file. */
	protected sources: readonly (readonly MediaPacket[])[] = [];

	constructor(plan: StagePlan, key: string) {
		this.plan = plan;
		this.key = key;
	}

	/** The control plane as a whole. */
	abstract readonly nats: Pick<NatsServer, "stop" | "restart" | "pause" | "resume">;
	abstract readonly links: {
		/** Makes all that goes to and from a node vanish. */
		swallow(node: string): Promise<void>;
		mend(node: string): Promise<void>;
	};
	abstract [Symbol.asyncDispose](): Promise<void>;
	/** Makes links and control plane whole. */
	protected abstract mend(): Promise<void>;
	/** Has as many nodes as there should be. */
	protected async complete(): Promise<void> {}

	tier(role: Role): readonly N[] {
		return this.nodes.filter((node) => node.role === role);
	}

	/** The parent on air at the first edge, or above that one: what hurts most. Throws StartError where none is. */
	inUse(role: "origin" | "intermediate"): N {
		const child = role === "intermediate" ? this.tier("edge")[0] : this.inUse("intermediate");
		const onAir = child && this.chronicle.onAir(child.id);
		const named = this.tier(role).filter(({ names }) => onAir !== undefined && names.includes(onAir));
		// Servers of one group share its name: the first to answer is on air.
		const played = [...this.chronicle.playsFrom(child?.id ?? "")];
		const found = played.flatMap((name) => named.find(({ names }) => names.includes(name)) ?? [])[0] ?? named[0];
		if (!found) throw new StartError(`${child?.id} has no ${role} on air`);
		return found;
	}

	/** A new viewer at an edge. */
	watch({ id, rtmp }: SceneNode): ChaosViewer {
		const url = `${rtmp}/${this.key}`;
		return new ChaosViewer({ edge: id, url, sources: this.sources, keeps: this.plan.feeds !== "identical" });
	}

	/** Waits until every child plays from all parents it should; what is missing when that takes too long. */
	async untilWhole(signal: AbortSignal): Promise<readonly string[]> {
		const isWhole = await this.chronicle.until(() => this.#missing().length === 0, WHOLE_MS, signal);
		return isWhole ? [] : this.#missing().map(({ child, parent }) => `${child.id} does not play from ${parent.id}`);
	}

	/** Waits until these nodes are up and all their children play from them; whether they came to. */
	async untilWell(nodes: readonly SceneNode[], signal: AbortSignal): Promise<boolean> {
		const isWell = (node: SceneNode): boolean =>
			node.isUp && !node.isFrozen && this.#missing().every(({ parent }) => parent !== node);
		return await this.chronicle.until(() => nodes.every(isWell), WHOLE_MS, signal);
	}

	/** Waits until a viewer gets frames at every edge. Throws StartError, and the signal's reason. */
	async untilPlaying(signal: AbortSignal): Promise<void> {
		const edges = this.tier("edge");
		const urls = edges.map(({ rtmp }) => parsePlayUrl(`${rtmp}/${this.key}`));
		const playing = await Promise.all(urls.map((url) => untilPlaying(url, systemClock, signal)));
		signal.throwIfAborted();
		const mute = edges.filter((_, place) => !playing[place]).map(({ id }) => id);
		if (mute.length > 0) throw new StartError(`nothing can be watched at ${mute.join(", ")}`);
	}

	/** Makes good what the last scenario left broken, frozen or dead, and waits until all is whole. */
	async heal(signal: AbortSignal): Promise<void> {
		await this.mend();
		for (const node of this.nodes) if (node.isUp && node.isFrozen) node.thaw();
		await Promise.all(this.nodes.filter(({ isUp }) => !isUp).map((node) => node.start()));
		await this.complete();
		await this.untilPlaying(signal);
		this.crashes.length = 0;
	}

	/** To be told when a node ended. */
	protected ended(node: SceneNode, wasAsked: boolean): void {
		this.chronicle.forget(node);
		if (!wasAsked) this.crashes.push(`${node.id} ended by itself: ${node.program.lastLines.join("\n")}`);
	}

	/** Streams are pulled on demand: an intermediate that no edge plays from plays from nobody. */
	#isWanted(node: SceneNode): boolean {
		const isRead = (): boolean => this.tier("edge").some((edge) => this.#plays(edge, node));
		return node.role === "edge" || isRead();
	}

	#plays(child: SceneNode, parent: SceneNode): boolean {
		const live = this.chronicle.playsFrom(child.id);
		return parent.names.some((name) => live.has(name));
	}

	/** Pairs of nodes that should be connected and are not. */
	#missing(): { child: SceneNode; parent: SceneNode }[] {
		return this.nodes.flatMap((child) => {
			const role = PARENTS[child.role];
			if (!role || !child.isUp || !this.#isWanted(child)) return [];
			const parents = this.tier(role).filter(({ isUp }) => isUp);
			const missing = parents.filter((parent) => !this.#plays(child, parent));
			const isEnough = parents.length - missing.length > this.plan.standby;
			return isEnough ? [] : missing.map((parent) => ({ child, parent }));
		});
	}
}
