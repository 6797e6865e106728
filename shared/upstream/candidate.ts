/** One server a stream may be pulled from. */
export type Candidate = {
	/** Tells candidates apart and names them in logs: the node id where there is one, else `host:port`. */
	readonly id: string;
	readonly host: string;
	readonly port: number;
	/** The app to ask for; undefined means the stream's own. */
	readonly app: string | undefined;
};
