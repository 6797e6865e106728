import { codecOf } from "#shared/formats/flv";
import type { MediaPacket, TrackKind } from "#shared/formats/packet";

/** Collects which codecs a stream uses; asks as few packets as it can, so it may stand on the way of packets. */
export class CodecsSeen {
	readonly #codecs = new Set<string>();
	readonly #kinds = new Set<TrackKind>();

	/** The codecs so far, as `codecOf` calls them. */
	get all(): readonly string[] {
		return [...this.#codecs];
	}

	note({ kind, role, payload }: MediaPacket): void {
		// Headers and keyframes are where a codec changes; of the rest one per track is enough.
		if (role !== "header" && role !== "keyframe" && (role !== "frame" || this.#kinds.has(kind))) return;
		const codec = codecOf(kind, payload);
		if (codec === undefined) return;
		this.#kinds.add(kind);
		this.#codecs.add(codec);
	}
}
