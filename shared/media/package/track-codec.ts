import { createHash } from "node:crypto";
import { MeshError } from "#shared/base/errors";
import { initSegment, isRefusal } from "#shared/formats/cmaf";
import { type CodecConfig, readFrameConfig } from "#shared/formats/codec";
import { codecOf } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";

/** The init segment of one configuration; the same object as long as nothing in it changes. */
export type TrackInit = {
	/** The beginning of the bytes' hash: the same on every node. */
	readonly id: string;
	readonly bytes: Uint8Array;
	readonly config: CodecConfig;
	readonly timescale: number;
};

const ID_DIGITS = 8;

/** What the frames of one track are decoded with, from codec headers and, where there are none, from the frames. */
export class TrackCodec {
	#config: CodecConfig | undefined;
	#init: TrackInit | undefined;
	#refused: string | undefined;

	/** Frames are to be expected. */
	get isKnown(): boolean {
		return this.#config !== undefined;
	}

	/** Why frames of this track have no init segment. */
	get refused(): string | undefined {
		return this.#refused;
	}

	/** What a codec header says of the frames behind it; nothing happens where it says the same again. */
	configure(config: CodecConfig): void {
		const known = this.#config;
		if (known?.codecs === config.codecs && Buffer.compare(known.record, config.record) === 0) return;
		this.#set(config);
	}

	/** The init segment for this frame, or undefined where no player could take the frame. Never throws. */
	initFor(frame: MediaPacket): TrackInit | undefined {
		const told = this.#told(frame);
		if (told && !isSame(told, this.#config)) this.#set(told);
		if (this.#init === undefined && this.#refused === undefined) this.#make(frame);
		return this.#init;
	}

	#told(frame: MediaPacket): CodecConfig | undefined {
		try {
			return readFrameConfig(frame, this.#config);
		} catch (error) {
			// A frame that is torn says nothing; what was known still holds.
			if (error instanceof MeshError) return undefined;
			throw error;
		}
	}

	#set(config: CodecConfig): void {
		this.#config = config;
		this.#init = undefined;
		this.#refused = undefined;
	}

	#make(frame: MediaPacket): void {
		const config = this.#config;
		if (!config) {
			const codec = codecOf(frame.kind, frame.payload) ?? "unknown";
			this.#refused = `${codec} ${frame.kind} cannot be packaged: CMAF has no place for it, or its codec header is missing`;
			return;
		}
		const init = initSegment(config);
		if (isRefusal(init)) {
			this.#refused = `the ${config.kind} cannot be packaged: ${init.refused}`;
			return;
		}
		const id = createHash("sha256").update(init.bytes).digest("hex").slice(0, ID_DIGITS);
		this.#init = { id, config, ...init };
	}
}

function isSame(one: CodecConfig, other: CodecConfig | undefined): boolean {
	if (one.codecs !== other?.codecs || Buffer.compare(one.record, other.record) !== 0) return false;
	if (one.kind === "audio") {
		return other.kind === "audio" && one.sampleRate === other.sampleRate && one.channels === other.channels;
	}
	return other.kind === "video" && one.width === other.width && one.height === other.height;
}
