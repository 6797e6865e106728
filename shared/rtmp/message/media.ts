import { classify, stripSetDataFrame, unwrapTime } from "#shared/formats/flv";
import type { MediaPacket, TrackKind } from "#shared/formats/packet";
import {
	CHUNK_STREAM_AUDIO,
	CHUNK_STREAM_DATA,
	CHUNK_STREAM_VIDEO,
	type OutMessage,
	type RawMessage,
	TYPE_AUDIO,
	TYPE_DATA_AMF0,
	TYPE_DATA_AMF3,
	TYPE_VIDEO,
	writeMessage,
} from "#shared/rtmp/chunk";

/** The size of our chunks. Nearly every message fits into one chunk, so a packet costs one header. */
export const OUT_CHUNK_SIZE = 65_536;

const WIRE = {
	audio: { type: TYPE_AUDIO, chunkStream: CHUNK_STREAM_AUDIO },
	video: { type: TYPE_VIDEO, chunkStream: CHUNK_STREAM_VIDEO },
	data: { type: TYPE_DATA_AMF0, chunkStream: CHUNK_STREAM_DATA },
} as const;

/** A media message on its way: timestamp still 32 bits wide. */
export type MediaMessage = { kind: TrackKind; streamId: number; timestamp: number; payload: Uint8Array };

/** The media message in a raw message; undefined for other messages, and for one that clears the metadata. */
export function decodeMedia({ type, streamId, timestamp, payload }: RawMessage): MediaMessage | undefined {
	switch (type) {
		case TYPE_AUDIO:
			return { kind: "audio", streamId, timestamp, payload };
		case TYPE_VIDEO:
			return { kind: "video", streamId, timestamp, payload };
		case TYPE_DATA_AMF0:
		case TYPE_DATA_AMF3: {
			const body = stripSetDataFrame(payload.subarray(type === TYPE_DATA_AMF3 ? 1 : 0));
			return body && { kind: "data", streamId, timestamp, payload: body };
		}
		default:
			return undefined;
	}
}

/** Appends a packet as RTMP chunks of `OUT_CHUNK_SIZE` for one message stream. The payload is not copied. */
export function writeMedia(packet: MediaPacket, streamId: number, into: Uint8Array[]): void {
	const { type, chunkStream } = WIRE[packet.kind];
	const timestamp = packet.time % 2 ** 32;
	writeMessage(
		{ type, streamId, timestamp, payload: packet.payload, chunkStream } satisfies OutMessage,
		OUT_CHUNK_SIZE,
		into,
	);
}

/** Turns the 32-bit timestamps of one stream into packets whose time goes on past the wrap and is never negative. */
export class MediaUnwrapper {
	#last: number | undefined;

	packet({ kind, timestamp, payload }: MediaMessage): MediaPacket {
		const near = unwrapTime(this.#last, timestamp);
		// A frame from before the start of the stream can only be a frame from far ahead.
		const time = near < 0 ? near + 2 ** 32 : near;
		this.#last = time;
		return { kind, role: classify(kind, payload), time, payload };
	}
}
