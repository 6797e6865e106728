/** One server from which a stream may be pulled. */
export type Candidate = {
	/** Identifies the candidate, also in logs: its node id, or `host:port` without one. */
	readonly id: string;
	readonly host: string;
	readonly port: number;
	/** The app to ask for; undefined means the app of the stream. */
	readonly app: string | undefined;
	/** Nodes between it and the encoder; 0 for an origin, or if unknown. */
	readonly depth: number;
};

/** A candidate with everything that decides its place among the others. */
export type Server = Candidate & {
	/** Label of its server group. */
	readonly group: string;
	readonly rank: "primary" | "secondary";
	/** 0 is the nearest tier. A farther tier is a refuge. */
	readonly tier: number;
	/** It was silent for too long. It is asked for nothing new, but its media are taken. */
	readonly isSuspect: boolean;
};
