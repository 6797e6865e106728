import { ByteReader, ByteWriter } from "#shared/base/bytes";
import { ProtocolError } from "#shared/base/errors";
import type { TrackKind } from "#shared/formats/packet";
import { TAG_HEAD_BYTES, TAG_TAIL_BYTES } from "./tag.ts";

/** One tag as it stands in the file: `time` is the wire's, 32 bits; `payload` is a view of bytes given to the reader or of its own. */
export type FlvTag = { readonly kind: TrackKind; readonly time: number; readonly payload: Uint8Array };

const HEADER_BYTES = 9;
/** The specification has 9; room for a later version that adds fields, and no more. */
const MAX_HEADER_BYTES = 1024;
/** A reserved part and the pre-processing flag; the type proper has the lower five bits. */
const TYPE_RESERVED = 0xc0;

const KINDS: Readonly<Record<number, TrackKind>> = { 8: "audio", 9: "video", 18: "data" };

type State =
	| { readonly at: "header" }
	| { readonly at: "gap" }
	| { readonly at: "head" }
	| { readonly at: "body"; readonly kind: TrackKind | undefined; readonly time: number };

/**
 * Reads an FLV file or stream from pieces cut anywhere. Holds what has arrived of one tag, so at most 16 MiB, the
 * format's own limit. Tags of unknown type are skipped. After a throw the reader is of no more use.
 */
export class FlvReader {
	#state: State = { at: "header" };
	/** Bytes the present state waits for. */
	#need = HEADER_BYTES;
	#held = new ByteWriter(0);

	/** The tags that these bytes complete. Throws ProtocolError "flv-signature" or "flv-tag" when it is no FLV. */
	push(bytes: Uint8Array): FlvTag[] {
		const gathered = this.#gather(bytes);
		if (gathered === undefined) return [];
		const tags: FlvTag[] = [];
		const reader = new ByteReader(gathered);
		while (reader.remaining >= this.#need) {
			const tag = this.#step(reader);
			if (tag) tags.push(tag);
		}
		// A copy: tags already given out are views of the bytes before it.
		this.#held = new ByteWriter(reader.remaining).bytes(reader.bytes(reader.remaining));
		return tags;
	}

	#gather(bytes: Uint8Array): Uint8Array | undefined {
		if (this.#held.length === 0 && bytes.length >= this.#need) return bytes;
		this.#held.bytes(bytes);
		return this.#held.length < this.#need ? undefined : this.#held.finish();
	}

	#step(reader: ByteReader): FlvTag | undefined {
		const state = this.#state;
		switch (state.at) {
			case "header":
				return this.#wait({ at: "gap" }, readHeader(reader));
			case "gap":
				reader.skip(this.#need);
				return this.#wait({ at: "head" }, TAG_HEAD_BYTES);
			case "head":
				return this.#readHead(reader);
			case "body": {
				const payload = reader.bytes(this.#need - TAG_TAIL_BYTES);
				reader.skip(TAG_TAIL_BYTES);
				this.#wait({ at: "head" }, TAG_HEAD_BYTES);
				return state.kind && { kind: state.kind, time: state.time, payload };
			}
		}
	}

	#wait(state: State, need: number): undefined {
		this.#state = state;
		this.#need = need;
	}

	#readHead(reader: ByteReader): undefined {
		const type = reader.u8();
		const size = reader.u24();
		const time = reader.u24() + reader.u8() * 2 ** 24;
		const streamId = reader.u24();
		if ((type & TYPE_RESERVED) !== 0 || streamId !== 0) {
			throw new ProtocolError("flv-tag", `Type ${type} and stream id ${streamId} are not those of an FLV tag.`);
		}
		return this.#wait({ at: "body", kind: KINDS[type], time }, size + TAG_TAIL_BYTES);
	}
}

/** §E.2; gives the bytes between this header and the first tag: what the header says it has more, and PreviousTagSize0. */
function readHeader(reader: ByteReader): number {
	const signature = reader.bytes(3).toString("latin1");
	if (signature !== "FLV") throw new ProtocolError("flv-signature", "The bytes do not begin as an FLV file does.");
	reader.skip(2);
	const size = reader.u32();
	if (size < HEADER_BYTES || size > MAX_HEADER_BYTES) {
		throw new ProtocolError("flv-signature", `An FLV header of ${size} bytes is not accepted.`);
	}
	return size - HEADER_BYTES + TAG_TAIL_BYTES;
}
