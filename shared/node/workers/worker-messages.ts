/** Where a service listens, told once its doors are open. */
export type Ready = {
	readonly event: "ready";
	readonly id: string;
	readonly role: string;
	/** Such as `rtmp://10.1.1.5:1935`. */
	readonly rtmp: string;
	readonly http: string;
	/** Where /api and /metrics are. */
	readonly admin: string;
};

/** What one worker wants of all others: `about` is who answers there, `what` for it to read. */
export type Question = { readonly about: "metrics" | "sessions"; readonly what: string };

/** What a pool tells its workers. */
export type ToWorker =
	| { readonly event: "task"; readonly task: unknown }
	| { readonly event: "ping" }
	/** Wants to know something of the worker, as text. */
	| ({ readonly event: "show"; readonly ask: number } & Question)
	/** What the others said. */
	| { readonly event: "shown-all"; readonly ask: number; readonly texts: readonly string[] };

/** What workers tell their pool. */
export type FromWorker =
	/** It listens to the pool and wants its task. */
	| { readonly event: "joined" }
	| Ready
	/** It cannot start, for a reason in one sentence. */
	| { readonly event: "failed"; readonly message: string }
	| { readonly event: "pong" }
	| { readonly event: "shown"; readonly ask: number; readonly text: string }
	/** Wants to know the same of all others. */
	| ({ readonly event: "show-all"; readonly ask: number } & Question);
