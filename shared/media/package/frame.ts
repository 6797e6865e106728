import type { Millis } from "#shared/base/clock";
import type { Sample } from "#shared/formats/cmaf";
import { frameSamples } from "#shared/formats/codec";
import { bodyOf, compositionTime } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";
import type { TrackInit } from "./track-codec.ts";
import { TICKS_PER_MS } from "./units.ts";

/** A frame on its way into a part; `position` and `duration`, in the track's timescale, are set when its place is known. */
export type Frame = { -readonly [K in keyof Sample]: Sample[K] } & {
	/** Decode time on the stream's own time; never falls within a track. */
	readonly time: Millis;
	readonly init: TrackInit;
	/** How long it is by its codec; 0 where only the next frame tells. */
	readonly nominal: number;
	/** Decode time since 1970. */
	position: number | undefined;
};

/** What a packet brings into a part; undefined where it has no frame that can be taken out. */
export function frameOf(packet: MediaPacket, time: Millis, init: TrackInit): Frame | undefined {
	const body = bodyOf(packet);
	if (body === undefined || body.length === 0) return undefined;
	const { config } = init;
	const isAudio = config.kind === "audio";
	return {
		time,
		init,
		body,
		nominal: isAudio ? frameSamples(config, body) : 0,
		position: undefined,
		duration: 0,
		compositionOffset: isAudio ? 0 : compositionTime(packet.payload) * TICKS_PER_MS,
		isSync: isAudio || packet.role === "keyframe",
	};
}
