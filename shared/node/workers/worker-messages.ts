/** The addresses of a service. They are sent when its doors are open. */
export type Ready = {
	readonly event: "ready";
	readonly id: string;
	readonly role: string;
	/** Such as `rtmp://192.0.2.5:1935`. */
	readonly rtmp: string;
	readonly http: string;
	/** Where /api and /metrics are. */
	readonly admin: string;
};

/** A question of one worker to all others. `about` chooses who answers there, `what` is for that one to read. */
export type Question = { readonly about: "metrics" | "sessions"; readonly what: string };

/** Messages of a pool to its workers. */
export type ToWorker =
	| { readonly event: "task"; readonly task: unknown }
	| { readonly event: "ping" }
	/** Asks the worker for a text. */
	| ({ readonly event: "show"; readonly ask: number } & Question)
	/** The answers of the others. */
	| { readonly event: "shown-all"; readonly ask: number; readonly texts: readonly string[] };

/** Messages of workers to their pool. */
export type FromWorker =
	/** It listens to the pool and asks for its task. */
	| { readonly event: "joined" }
	| Ready
	/** It cannot start. The reason is one sentence. */
	| { readonly event: "failed"; readonly message: string }
	| { readonly event: "pong" }
	| { readonly event: "shown"; readonly ask: number; readonly text: string }
	/** Asks all other workers the same. */
	| ({ readonly event: "show-all"; readonly ask: number } & Question);
