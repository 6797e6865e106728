import type { StreamKey } from "#shared/base/names";
import type { ResumeToken } from "#shared/media/splice";
import type { Hub } from "#shared/media/stream";

/** A hold on a stream: while it is held, the stream is kept flowing. */
export type Lease = {
	readonly hub: Hub;
	/** Releases the hold. A second call does nothing. */
	release(): void;
};

/** Who asks for a stream. */
export type Asker = {
	/** The same object for all requests of one connection. It counts them. */
	readonly connection: object;
	/** Aborts when the answer is no longer needed. */
	readonly signal: AbortSignal;
};

/** Where a door gets the streams that are asked for. */
export interface StreamSource {
	/** Whether the stream exists or is expected. Waits for it as long as the settings of the service say. */
	knows(key: StreamKey, asker: Asker): Promise<boolean>;
	/**
	 * Resolves with the stream when media can flow, or with undefined if the stream cannot be had. Never throws. `resume` names the
	 * last frames of the asker: if the stream has to be fetched first, it is fetched from there on.
	 */
	open(key: StreamKey, asker: Asker, resume?: ResumeToken): Promise<Lease | undefined>;
	/** The nodes that a stream passes on its way here, this node last; empty if unknown. */
	hops(key: StreamKey): readonly string[];
	/** Readers of all its streams at present. */
	readonly readers: number;
	/** Frames that readers of all its streams (also of past ones) missed because they were too slow. */
	readonly skippedFrames: number;
	/** Calls `listener` for every stream that ends, until the returned function is called. */
	onOver(listener: (key: StreamKey) => void): () => void;
}
