import type { StreamKey } from "#shared/base/names";
import type { MediaPacket } from "#shared/formats/packet";

/** One accepted publish. Ended exactly once, by its owner; what comes after is ignored. */
export type Publication = {
	write(packet: MediaPacket): void;
	/** It has brought no frame for a while. */
	isSilent(): boolean;
	/** `clean` by the publisher's word, `dropped` where its connection went away. */
	end(how: "clean" | "dropped"): void;
};

/** Who publishes. */
export type Publisher = {
	address: string;
	/** Sends the publisher away: another one took its place, the service stops, or what it sends cannot be handed on. */
	close(reason: "taken-over" | "kicked" | "failed", message: string): void;
};

/** Where publishers are taken in. */
export interface PublishDesk {
	/** Whether a publish of this stream would be accepted now. */
	isFree(key: StreamKey): boolean;
	/** Whether there is such a stream; where there is none, a publish is refused for want of room. */
	has(key: StreamKey): boolean;
	/** Undefined where another publisher has the stream, or there is no room for another stream. */
	publish(key: StreamKey, publisher: Publisher): Publication | undefined;
}
