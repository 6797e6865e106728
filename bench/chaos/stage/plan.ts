/** What a scenario is played on: two origins, two intermediates and two edges, and a publisher to both origins. */
export type StagePlan = {
	/** Upstreams that play along beside the one on air, at intermediates and edges. */
	readonly standby: 0 | 1;
	/** One encoder's frames at both origins, at each those of an encoder of its own, or one encoder after another at both. */
	readonly feeds: "identical" | "unrelated" | "successive";
	/** Links that can be cut: to each intermediate, or from the encoders to each origin. */
	readonly links: "none" | "intermediates" | "encoders";
	/**
	 * How relays know their upstreams: as two groups that announce themselves, or as primary and secondary of one group.
	 * `mixed`: the first relay of each tier as the one, the second as the other.
	 */
	readonly upstreams: "discover" | "group" | "host.ini" | "mixed";
};

/** A group of pictures of every feed. */
export const GOP_MS = 1_000;
/** Silence after which an upstream is given up; the services' own standard. */
export const IDLE_MS = 1_000;

export const HOT: StagePlan = { standby: 1, feeds: "identical", links: "none", upstreams: "discover" };
