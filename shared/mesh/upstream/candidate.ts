/** One server a stream may be pulled from. */
export type Candidate = {
	/** Tells candidates apart and names them in logs: the node id where there is one, else `host:port`. */
	readonly id: string;
	readonly host: string;
	readonly port: number;
	/** The app to ask for; undefined means the stream's own. */
	readonly app: string | undefined;
	/** Nodes between it and the encoder; 0 for an origin, and where nobody tells. */
	readonly depth: number;
};

/** A candidate and what its place among the others depends on. */
export type Server = Candidate & {
	/** Label of its server group. */
	readonly group: string;
	readonly rank: "primary" | "secondary";
	/** 0 is the nearest; a farther tier is a refuge. */
	readonly tier: number;
	/** It gave no sign of life for too long: it is asked for nothing new, and what it sends is taken. */
	readonly isSuspect: boolean;
};
