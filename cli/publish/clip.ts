import type { MediaPacket } from "#shared/formats/packet";

/** What is published: packets in file order, their times from 0 on, and how long one round of them takes. */
export type Clip = {
	readonly packets: readonly MediaPacket[];
	readonly durationMs: number;
	readonly hasVideo: boolean;
};

/** FLV §E.4.3.1 and Enhanced RTMP: AVC and ex-header packets of this type say that the sequence is over. */
const SEQUENCE_END = 2;
const EX_AUDIO = 9;

export const isFrame = ({ role }: MediaPacket): boolean => role === "frame" || role === "keyframe";

/** Makes a clip of a file's packets, among which is at least one frame. */
export function clipOf(file: readonly MediaPacket[]): Clip {
	const frames = file.filter(isFrame);
	const begin = Math.min(...frames.map(({ time }) => time));
	const durations = (["audio", "video"] as const).map((kind) => roundOf(frames.filter((frame) => frame.kind === kind)));
	return {
		// Codec headers may stand before the first frame's time; nothing comes before 0.
		packets: file
			.filter((packet) => !endsSequence(packet))
			.map((packet) => ({ ...packet, time: Math.max(packet.time - begin, 0) })),
		durationMs: Math.round(Math.max(...durations, 1)),
		hasVideo: frames.some(({ kind }) => kind === "video"),
	};

	/** From the clip's begin to where the track's next frame would stand. */
	function roundOf(track: readonly MediaPacket[]): number {
		const [first, last] = [track[0], track.at(-1)];
		if (!first || !last) return 0;
		const spacing = track.length > 1 ? (last.time - first.time) / (track.length - 1) : 0;
		return last.time - begin + spacing;
	}
}

/** Whether a decoder is told that nothing follows, which is not so when the clip begins again. */
function endsSequence({ kind, role, payload }: MediaPacket): boolean {
	const [first = 0, second] = payload;
	if (role !== "other" || kind === "data") return false;
	if (kind === "audio") return first >> 4 === EX_AUDIO && (first & 0x0f) === SEQUENCE_END;
	return (first & 0x80) === 0 ? second === SEQUENCE_END : (first & 0x0f) === SEQUENCE_END;
}

/**
 * The clip as a stream whose times rise from `startAt` on; with `loop` without end.
 * Metadata and codec headers come again only where they differ from those in effect.
 */
export function* timeline(clip: Clip, { loop, startAt }: { loop: boolean; startAt: number }): Generator<MediaPacket> {
	const inEffect = new Map<string, Uint8Array>();
	for (let begin = startAt; ; begin += clip.durationMs) {
		for (const packet of clip.packets) {
			if (isSettled(packet, inEffect)) continue;
			yield { ...packet, time: begin + packet.time };
		}
		if (!loop) return;
	}
}

function isSettled({ kind, role, payload }: MediaPacket, inEffect: Map<string, Uint8Array>): boolean {
	if (role !== "header" && role !== "metadata") return false;
	const known = inEffect.get(kind);
	inEffect.set(kind, payload);
	return known !== undefined && Buffer.compare(known, payload) === 0;
}
