import { setTimeout as pause } from "node:timers/promises";
import { type Millis, systemClock } from "#shared/base/clock";
import { PeerLostError } from "#shared/base/errors";
import { tellsOf } from "../../test/support/log-line.ts";
import { GOP_MS } from "./stage/plan.ts";
import type { Scene, SceneNode } from "./stage/scene.ts";
import type { ChaosViewer } from "./viewer/chaos-viewer.ts";

/** Something done to the mesh. */
export type Fault = {
	readonly what: string;
	/** Milliseconds since 1970, as in the services' logs. */
	readonly at: number;
	/** The node it was done to; undefined where it was something else. */
	readonly node: SceneNode | undefined;
};

/** How a scenario is played. */
export type Manner = {
	/** Shorter watching, and what is frozen stays frozen. */
	readonly quick: boolean;
	/** Seed of what is left to chance. */
	readonly seed: number;
	readonly signal: AbortSignal;
};

/** Waits this long between two looks at the viewers. */
const LOOK_MS: Millis = 20;
const JOIN_MS: Millis = 10_000;
/** Both tracks' first frames and the burst of a join are behind a viewer that has had as many. */
const JOINED_FRAMES = 100;
const BASELINE_MS: Millis = 3_000;
/** Instead, where the bench is in a hurry. */
const QUICK_BASELINE_MS: Millis = 1_000;
const QUICK_OBSERVE_MS: Millis = 2_500;

/** One scenario under way: viewers watch, faults are done and noted. */
export class Act {
	readonly stage: Scene;
	readonly manner: Manner;
	readonly faults: Fault[] = [];
	readonly viewers: ChaosViewer[] = [];
	/** The longest time in which nobody published. */
	unfedMs: Millis = 0;
	/** What did not come right, in words. */
	readonly troubles: string[] = [];
	/** What a reader of the table may want to know besides. */
	readonly remarks: string[] = [];

	constructor(stage: Scene, manner: Manner) {
		this.stage = stage;
		this.manner = manner;
	}

	/** A viewer at every edge, and all children at all their parents; then some seconds in which nothing happens. */
	async open(): Promise<void> {
		const { stage, manner } = this;
		for (const edge of stage.tier("edge")) this.viewers.push(stage.watch(edge));
		this.troubles.push(...(await stage.untilWhole(manner.signal)));
		for (const viewer of this.viewers) await this.untilJoined(viewer);
		for (const viewer of this.viewers) viewer.startBaseline();
		// A viewer has joined some time after a keyframe, always about the same: faults are to come at any moment of a group.
		const moment = Math.random() * GOP_MS;
		await this.pause((manner.quick ? QUICK_BASELINE_MS : BASELINE_MS) + moment);
	}

	/** One more viewer, once it has joined. */
	async watch(edge: SceneNode): Promise<ChaosViewer> {
		const viewer = this.stage.watch(edge);
		this.viewers.push(viewer);
		await this.untilJoined(viewer);
		viewer.startBaseline();
		viewer.startAfter();
		return viewer;
	}

	async untilJoined(viewer: ChaosViewer): Promise<void> {
		const deadline = systemClock.now() + JOIN_MS;
		while (viewer.frames < JOINED_FRAMES) {
			if (systemClock.now() > deadline) throw new PeerLostError(`a viewer at ${viewer.edge} does not get the stream`);
			await this.pause(LOOK_MS);
		}
	}

	/** Lets time pass. */
	async pause(span: Millis): Promise<void> {
		await pause(span, undefined, { signal: this.manner.signal });
	}

	/** Watches what follows, for a shorter time where the bench is in a hurry. */
	async observe(span: Millis): Promise<void> {
		await this.pause(this.manner.quick ? Math.min(QUICK_OBSERVE_MS, span) : span);
	}

	/** Waits until every child has its parents again; a trouble where that takes too long. */
	async untilWhole(): Promise<void> {
		const missing = await this.stage.untilWhole(this.manner.signal);
		this.troubles.push(...missing.map((what) => `${what} again`));
	}

	/** Notes a fault of any kind, to be called right before it is done. */
	fault(what: string, node?: SceneNode): void {
		for (const viewer of this.viewers) viewer.startAfter();
		this.faults.push({ what, at: Date.now(), node });
	}

	async kill(node: SceneNode): Promise<void> {
		this.fault(`kill ${node.id}`, node);
		await node.kill();
	}

	freeze(node: SceneNode): void {
		this.fault(`freeze ${node.id}`, node);
		node.freeze();
	}

	/** Done when it is gone. */
	async drain(node: SceneNode): Promise<void> {
		this.fault(`drain ${node.id}`, node);
		await node.drain();
	}

	/** The longest time from a fault to the first child that noticed it; null where none had to. */
	detectMs(): Millis | null {
		const { lines } = this.stage.chronicle;
		const spans = this.faults.flatMap(({ at, node }, place) => {
			const until = this.faults.slice(place + 1).find((later) => later.node === node)?.at ?? Number.POSITIVE_INFINITY;
			const first = lines.find((line) => node && line.time >= at && line.time < until && tellsOf(line, node.names));
			return first ? [first.time - at] : [];
		});
		return spans.length > 0 ? Math.max(...spans) : null;
	}

	/** Switches from one feed to another since the first fault, over all relays. */
	switches(): { readonly count: number; readonly gapMs: Millis | null } {
		const since = this.faults[0]?.at ?? Number.POSITIVE_INFINITY;
		const switches = this.stage.chronicle.lines.filter(({ msg, time }) => msg === "switched upstream" && time >= since);
		return {
			count: switches.length,
			gapMs: switches.length > 0 ? Math.max(...switches.map(({ gapMs = 0 }) => gapMs)) : null,
		};
	}
}
