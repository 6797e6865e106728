import type { NatsServer } from "../../../test/support/nats-server.ts";
import type { ChaosViewer } from "../viewer/chaos-viewer.ts";
import type { Chronicle } from "./chronicle.ts";
import type { Encoders } from "./encoders.ts";
import type { StagePlan } from "./plan.ts";

export type Role = "origin" | "intermediate" | "edge";

/** One node of a mesh that is played with. */
export interface SceneNode {
	readonly id: string;
	readonly role: Role;
	/** What its children may call it in their logs: its id, its server group, or its address where they do not know it yet. */
	readonly names: readonly string[];
	/** It runs, be it frozen. */
	readonly isUp: boolean;
	readonly isFrozen: boolean;
	/** Starts it and waits until it listens. Throws StartError. */
	start(): Promise<void>;
	/** Ends it at once; done when it is gone. */
	kill(): Promise<void>;
	/** Asks it to hand over its readers and go; done when it is gone. */
	drain(): Promise<void>;
	freeze(): void;
	thaw(): void;
}

/** A whole mesh with its encoders, whatever it is made of: processes or containers. Disposing ends all of it. */
export interface Scene extends AsyncDisposable {
	readonly plan: StagePlan;
	readonly chronicle: Chronicle;
	/** Nodes that ended without having been asked to, with their last words. */
	readonly crashes: string[];
	/** The control plane as a whole. */
	readonly nats: Pick<NatsServer, "stop" | "restart" | "pause" | "resume">;
	readonly links: {
		/** Makes all that goes to and from a node vanish. */
		swallow(node: string): Promise<void>;
		mend(node: string): Promise<void>;
	};
	/** The encoders whose links to the origins can be cut, where the plan has such links. */
	readonly encoders: Encoders | undefined;
	tier(role: Role): readonly SceneNode[];
	/** The parent on air at the first edge, or above that one: what hurts most. */
	inUse(role: "origin" | "intermediate"): SceneNode;
	/** A new viewer at an edge. */
	watch(edge: SceneNode): ChaosViewer;
	/** Waits until every child plays from all parents it should; what is missing when that takes too long. */
	untilWhole(signal: AbortSignal): Promise<readonly string[]>;
	/** Waits until these nodes are up and all their children play from them; whether they came to. */
	untilWell(nodes: readonly SceneNode[], signal: AbortSignal): Promise<boolean>;
	/** Waits until a viewer gets frames at every edge. Throws StartError. */
	untilPlaying(signal: AbortSignal): Promise<void>;
	/** Makes good what the last scenario left broken, and waits until all is whole. */
	heal(signal: AbortSignal): Promise<void>;
}
