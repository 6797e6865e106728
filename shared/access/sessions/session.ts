import { z } from "zod";
import { type AccessRequest, PROTOCOLS } from "#shared/access/request";

/** What somebody does here: an encoder publishes, a viewer plays, a node below pulls. */
export const SESSION_ACTIONS = ["publish", "play", "pull"] as const;
export type SessionAction = (typeof SESSION_ACTIONS)[number];

const count = z.number().int().nonnegative();

/** Numbers of one session so far; they never fall. */
const numbers = z.object({
	/** What its connection has brought since it began. */
	bytesIn: count,
	/** Media written to it, as its protocol writes them. */
	bytesOut: count,
	/** Coded frames it was too slow for, audio included. */
	skippedFrames: count,
	/** Groups of pictures it lost some or all of, for the same reason. */
	lostGroups: count,
	/** Such as `live`, `waiting`, `paused`, `silent`. */
	state: z.string(),
});

/** Somebody who publishes, plays or pulls, as others see it. */
export const sessionInfo = numbers.extend({
	id: z.string(),
	action: z.enum(SESSION_ACTIONS),
	protocol: z.enum(PROTOCOLS),
	key: z.string(),
	address: z.string(),
	agent: z.string(),
	/** The id of the node that pulls. */
	node: z.string().optional(),
	since: z.iso.datetime(),
});

/** One page of a list, in the order the sessions began; `next` is the id to go on behind, absent on the last page. */
export const sessionPage = z.object({ sessions: z.array(sessionInfo), total: count, next: z.string().optional() });

export type SessionNumbers = Readonly<z.infer<typeof numbers>>;
export type SessionInfo = Readonly<z.infer<typeof sessionInfo>>;
export type SessionPage = Readonly<z.infer<typeof sessionPage>>;

/** Whoever is let in, as its door knows it. */
export interface SessionOwner {
	/** Asked whenever somebody looks, and once more when the session is over: nothing is kept up to date for it. */
	numbers(): SessionNumbers;
	/** Ends what the peer does, with a word to it; `reason` is one sentence. The door then closes the session. */
	end(reason: string): void;
}

/** An encoder's or viewer's request is what it says; a node that plays is one that pulls. */
export const actionOf = ({ action, node }: Pick<AccessRequest, "action" | "node">): SessionAction =>
	action === "play" && node !== undefined ? "pull" : action;
