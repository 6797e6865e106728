import type { StreamKey } from "#shared/base/names";
import type { ResumeToken } from "#shared/media/splice";
import type { Hub } from "#shared/media/stream";

/** A hold on a stream: while it is held, the stream is kept flowing. */
export type Lease = {
	readonly hub: Hub;
	/** Lets go; doing it again does nothing. */
	release(): void;
};

/** Who asks for a stream. */
export type Asker = {
	/** The same object for all that one connection asks: it counts how much that is. */
	readonly connection: object;
	/** Aborts when the answer is not wanted any more. */
	readonly signal: AbortSignal;
};

/** Where a door gets the streams that are asked for. */
export interface StreamSource {
	/** Whether the stream is there or expected; waits for word of it as long as the service's settings say. */
	knows(key: StreamKey, asker: Asker): Promise<boolean>;
	/**
	 * The stream once media can flow, or undefined where it cannot be had. Never throws. `resume` names the last frames the
	 * asker had: where the stream has to be fetched first, it is fetched from there on.
	 */
	open(key: StreamKey, asker: Asker, resume?: ResumeToken): Promise<Lease | undefined>;
	/** The nodes a stream passes on its way here, this one last; empty where unknown. */
	hops(key: StreamKey): readonly string[];
	/** Readers of all its streams at present. */
	readonly readers: number;
	/** Frames that readers of all its streams, also of past ones, were too slow for. */
	readonly skippedFrames: number;
	/** Calls back for every stream that is over, until the returned function is called. */
	onOver(listener: (key: StreamKey) => void): () => void;
}
