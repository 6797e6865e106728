import type { MediaPacket } from "#shared/formats/packet";
import { framesOf, idOf } from "./clip.ts";

/** What became of a source's frames on their way; a perfect play has only `frames` and `headers` above zero. */
export type Verdict = {
	/** Frames of both tracks that arrived. */
	readonly frames: number;
	/** Frames missing between the first and the last that arrived, and up to the source's end where it `ended`. */
	readonly lost: number;
	/** Frames that arrived more than once. */
	readonly dup: number;
	/** Timestamps lower than one before on the same track. */
	readonly back: number;
	/** Frames that are not the source's. */
	readonly unknown: number;
	/** Codec headers, of both tracks. */
	readonly headers: number;
};

/** A play of two tracks in which nothing went wrong; it may have begun late. */
export const FLAWLESS = { lost: 0, dup: 0, back: 0, unknown: 0, headers: 2 } as const;

/** How what arrived is held against its source. */
export type JudgeOptions = {
	/** The stream came to its end: the source's last frames must have arrived too. */
	readonly ended: boolean;
	/** Gives what a frame is known by; the payload, byte for byte, where nothing else is said. */
	readonly identify?: (packet: MediaPacket) => string;
};

/**
 * Looks up every frame that arrived in the source, track by track. Joining late is no loss; the video must begin with a keyframe.
 * The source's frames must all differ.
 */
export function judge(source: readonly MediaPacket[], arrived: readonly MediaPacket[], options: JudgeOptions): Verdict {
	const tracks = (["audio", "video"] as const).map((kind) => {
		const ofKind = (packets: readonly MediaPacket[]) => framesOf(packets).filter((packet) => packet.kind === kind);
		return judgeTrack(ofKind(source), ofKind(arrived), options);
	});
	const sum = (field: "frames" | "lost" | "dup" | "back" | "unknown") =>
		tracks.reduce((total, track) => total + track[field], 0);
	const firstVideo = framesOf(arrived).find(({ kind }) => kind === "video");
	if (firstVideo && firstVideo.role !== "keyframe") throw new Error("the video does not begin with a keyframe");
	return {
		frames: sum("frames"),
		lost: sum("lost"),
		dup: sum("dup"),
		back: sum("back"),
		unknown: sum("unknown"),
		headers: arrived.filter(({ role }) => role === "header").length,
	};
}

function judgeTrack(source: readonly MediaPacket[], arrived: readonly MediaPacket[], options: JudgeOptions) {
	const { ended, identify = idOf } = options;
	const places = new Map(source.map((packet, place) => [identify(packet), place]));
	if (places.size !== source.length) throw new Error("the source has frames that cannot be told apart");
	const seen = new Set<number>();
	let unknown = 0;
	let back = 0;
	let before: number | undefined;
	for (const packet of arrived) {
		const place = places.get(identify(packet));
		if (place === undefined) unknown++;
		else seen.add(place);
		if (before !== undefined && packet.time < before) back++;
		before = packet.time;
	}
	const first = seen.size > 0 ? Math.min(...seen) : 0;
	const last = ended ? source.length - 1 : seen.size > 0 ? Math.max(...seen) : -1;
	return {
		frames: arrived.length,
		lost: Math.max(last - first + 1, 0) - seen.size,
		dup: arrived.length - unknown - seen.size,
		back,
		unknown,
	};
}
