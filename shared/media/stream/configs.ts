import { ProtocolError } from "#shared/base/errors";
import { type CodecConfig, readCodecConfig } from "#shared/formats/codec";
import type { MediaPacket } from "#shared/formats/packet";
import { MAX_HEADER_BYTES } from "#shared/media/headers";

/** What the codec headers of one stream say: each is read once, and remembered as long as somebody holds its packet. */
export class Configs {
	readonly #onMalformed: (header: MediaPacket, reason: string) => void;
	readonly #known = new WeakMap<MediaPacket, CodecConfig>();

	constructor(onMalformed: (header: MediaPacket, reason: string) => void) {
		this.#onMalformed = onMalformed;
	}

	/** Reads a codec header. Never throws: one that is malformed is reported, and has no configuration. */
	read(header: MediaPacket): void {
		try {
			const { length } = header.payload;
			if (length > MAX_HEADER_BYTES)
				throw new ProtocolError(
					"codec-header",
					`a codec header of ${length} bytes; at most ${MAX_HEADER_BYTES} are read`,
				);
			const config = readCodecConfig(header);
			if (config) this.#known.set(header, config);
		} catch (error) {
			this.#onMalformed(header, error instanceof Error ? error.message : String(error));
		}
	}

	/** What a header that was read says; undefined where it is malformed, or of a codec that is relayed without being understood. */
	of(header: MediaPacket): CodecConfig | undefined {
		return this.#known.get(header);
	}
}
