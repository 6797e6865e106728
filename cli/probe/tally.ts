import type { Millis } from "#shared/base/clock";
import { codecOf } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";
import type { TrackJudge } from "./verdict.ts";

/** What a viewer got. Spans are in whole milliseconds. */
export type Tally = {
	/** Coded frames, of which … */
	frames: number;
	video: number;
	audio: number;
	/** Frames missed between the first and the last one received. */
	lost: number;
	/** Frames received again. */
	dup: number;
	/** Timestamps that went backwards, by track. */
	back: number;
	/** Codec headers; a clean stream has one of each track. */
	headers: number;
	/** Frames that are not in the source file. */
	unknown: number;
	/** Longest step of a track's timestamps. */
	jumpMs: number;
	/** Longest wait for a frame once there was one, the wait at the end included. */
	stallMs: number;
	/** From the dial to the first keyframe, or frame where there is no video. Null before. */
	joinMs: number | null;
	codecs: string[];
	/** From the first frame to the end. */
	seconds: number;
};

/** Counts what arrives. */
export class Counter {
	readonly #dialledAt: Millis;
	readonly #judges: Record<"audio" | "video", TrackJudge>;
	readonly #lastTime = new Map<string, Millis>();
	readonly #codecs = new Set<string>();
	readonly #counts = { frames: 0, video: 0, audio: 0, lost: 0, dup: 0, back: 0, headers: 0, unknown: 0, jumpMs: 0 };
	#stallMs = 0;
	#firstAt: Millis | undefined;
	#lastAt: Millis | undefined;
	#firstKeyframeAt: Millis | undefined;

	constructor(dialledAt: Millis, judges: Record<"audio" | "video", TrackJudge>) {
		this.#dialledAt = dialledAt;
		this.#judges = judges;
	}

	get frames(): number {
		return this.#counts.frames;
	}

	add(packet: MediaPacket, now: Millis): void {
		const { kind, role, payload } = packet;
		if (kind === "data") return;
		const codec = role === "header" || role === "keyframe" || role === "frame" ? codecOf(kind, payload) : undefined;
		if (codec !== undefined) this.#codecs.add(codec);
		if (role === "header") this.#counts.headers++;
		if (role === "keyframe" || role === "frame") this.#addFrame(packet, kind, now);
	}

	/** The sum at this moment. */
	tally(now: Millis): Tally {
		const { video, ...counts } = this.#counts;
		const joinedAt = video > 0 ? this.#firstKeyframeAt : this.#firstAt;
		return {
			...counts,
			video,
			stallMs: Math.round(Math.max(this.#stallMs, now - (this.#lastAt ?? now))),
			joinMs: joinedAt === undefined ? null : Math.round(joinedAt - this.#dialledAt),
			codecs: [...this.#codecs],
			seconds: Math.round((now - (this.#firstAt ?? now)) / 10) / 100,
		};
	}

	#addFrame(frame: MediaPacket, kind: "audio" | "video", now: Millis): void {
		const counts = this.#counts;
		counts.frames++;
		counts[kind]++;
		this.#stallMs = Math.max(this.#stallMs, now - (this.#lastAt ?? now));
		this.#lastAt = now;
		this.#firstAt ??= now;
		if (frame.role === "keyframe") this.#firstKeyframeAt ??= now;

		const step = frame.time - (this.#lastTime.get(kind) ?? frame.time);
		this.#lastTime.set(kind, frame.time);
		if (step < 0) counts.back++;
		else counts.jumpMs = Math.max(counts.jumpMs, step);

		const { lost, isRepeated, isUnknown } = this.#judges[kind].judge(frame, now);
		counts.lost += lost;
		if (isRepeated) counts.dup++;
		if (isUnknown) counts.unknown++;
	}
}
