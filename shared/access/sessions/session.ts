import type { AccessRequest, Protocol } from "#shared/access/request";

/** What somebody does here: an encoder publishes, a viewer plays, a node below pulls. */
export type SessionAction = "publish" | "play" | "pull";

/** Numbers of one session so far; media only, as its protocol writes it. */
export type SessionNumbers = {
	readonly bytesIn: number;
	readonly bytesOut: number;
	/** Coded frames the peer was too slow for. */
	readonly skippedFrames: number;
	/** Such as `live`, `waiting`, `paused`, `silent`. */
	readonly state: string;
};

/** What a session is made with; its owner closes what it opened. */
export type SessionOptions = {
	/** Called whenever somebody looks: nothing is kept up to date for it. */
	numbers(): SessionNumbers;
	/** Ends the peer's connection, or what it does on it; `reason` is one sentence. */
	end(reason: string): void;
};

/** Somebody who publishes, plays or pulls, as others see it. */
export type SessionInfo = SessionNumbers & {
	readonly id: string;
	readonly action: SessionAction;
	readonly protocol: Protocol;
	readonly key: string;
	readonly address: string;
	readonly agent: string;
	/** The id of the node that pulls. */
	readonly node?: string;
	/** ISO 8601. */
	readonly since: string;
};

/** An encoder's or viewer's request is what it says; a node that plays is one that pulls. */
export const actionOf = ({ action, node }: Pick<AccessRequest, "action" | "node">): SessionAction =>
	action === "play" && node !== undefined ? "pull" : action;
