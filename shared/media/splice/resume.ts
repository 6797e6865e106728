import type { Millis } from "#shared/base/clock";
import type { MediaPacket } from "#shared/formats/packet";
import { fingerprint } from "./fingerprint.ts";
import { FRAME_KINDS, type FrameKind, type FrameWindows, SAME_TIME_MS } from "./frame-window.ts";

/** One fingerprint may be a repeated payload's; a child also needs to see a few frames again to recognise them. */
const RUN = 4;
/** Two runs of 53-bit numbers in base 36 and a difference of times. */
const MAX_TOKEN_LENGTH = 128;
const TOKEN = /^1((?:~[0-9a-z]{1,11}){0,4})_((?:~[0-9a-z]{1,11}){0,4})_(-?[0-9]{1,10})$/;

/** The last frames of each track somebody has, for whoever is to send him what follows. */
export type ResumeToken = {
	/** Fingerprints, oldest first; at most 4, none where there is no such track. */
	readonly [kind in FrameKind]: readonly number[];
} & {
	/** The last audio frame's time minus the last video frame's, whatever zero they count from. */
	readonly skewMs: Millis;
};

/** The token as text of `[0-9a-z~_-]`. */
export function encodeToken({ audio, video, skewMs }: ResumeToken): string {
	const run = (marks: readonly number[]): string => marks.map((mark) => `~${mark.toString(36)}`).join("");
	return `1${run(audio)}_${run(video)}_${Math.round(skewMs)}`;
}

/** Reads what `encodeToken` wrote; undefined where it did not. */
export function parseToken(text: string): ResumeToken | undefined {
	const [, audio, video, skew] = (text.length <= MAX_TOKEN_LENGTH && TOKEN.exec(text)) || [];
	if (audio === undefined || video === undefined || skew === undefined || audio + video === "") return undefined;
	const run = (part: string): number[] =>
		part
			.split("~")
			.slice(1)
			.map((mark) => Number.parseInt(mark, 36));
	const token = { audio: run(audio), video: run(video), skewMs: Number(skew) + 0 };
	return [...token.audio, ...token.video].every(Number.isSafeInteger) ? token : undefined;
}

/**
 * Where in a history (oldest packet first) to begin so that nothing after the token's frames is missing. These frames
 * themselves are sent again: by them the child recognises the feed, and drops them. Undefined where they are not there.
 */
export function findResume(token: ResumeToken, packets: Iterable<MediaPacket>): number | undefined {
	const history = { audio: new Track(), video: new Track() };
	let index = 0;
	for (const packet of packets) {
		if (packet.kind !== "data" && packet.role !== "header") history[packet.kind].push(packet, index);
		index++;
	}
	const video = history.video.runs(token.video);
	const audio = history.audio.runs(token.audio);
	if (video.length === 0 || audio.length === 0) return (video.at(-1) ?? audio.at(-1))?.from;
	// Of repeated frames the newest are meant that are as far apart as the child's: it was here a moment ago.
	for (const last of video.reverse()) {
		const other = audio.findLast(({ time }) => Math.abs(time - last.time - token.skewMs) <= SAME_TIME_MS);
		if (other) return Math.min(last.from, other.from);
	}
	return undefined;
}

/** The token of what was delivered; undefined before the first frame. */
export function resumeTokenOf(frames: FrameWindows): ResumeToken | undefined {
	if (FRAME_KINDS.every((kind) => frames[kind].size === 0)) return undefined;
	const run = (kind: FrameKind): number[] => {
		const { start, end } = frames[kind];
		const from = Math.max(start, end - RUN);
		return Array.from({ length: end - from }, (_, step) => frames[kind].mark(from + step));
	};
	const skewMs = frames.audio.lastTime - frames.video.lastTime;
	return { audio: run("audio"), video: run("video"), skewMs: Number.isNaN(skewMs) ? 0 : skewMs };
}

/** A run in a history: the packet it begins with and the time of its last frame. */
type Run = { readonly from: number; readonly time: Millis };

/** A history is searched for each child that comes back; its packets are the same ones, and each is read once. */
const known = new WeakMap<MediaPacket, number>();

function markOf(packet: MediaPacket): number {
	let mark = known.get(packet);
	if (mark === undefined) {
		mark = fingerprint(packet.payload);
		known.set(packet, mark);
	}
	return mark;
}

class Track {
	readonly #marks: number[] = [];
	readonly #times: Millis[] = [];
	readonly #indices: number[] = [];

	push(packet: MediaPacket, index: number): void {
		this.#marks.push(markOf(packet));
		this.#times.push(packet.time);
		this.#indices.push(index);
	}

	/** Where these frames follow each other, oldest first. */
	runs(wanted: readonly number[]): Run[] {
		const found: Run[] = [];
		if (wanted.length === 0) return found;
		for (let first = 0; first + wanted.length <= this.#marks.length; first++) {
			if (!this.#isRun(wanted, first)) continue;
			const time = this.#times[first + wanted.length - 1] ?? 0;
			found.push({ from: this.#indices[first] ?? 0, time });
		}
		return found;
	}

	#isRun(wanted: readonly number[], first: number): boolean {
		for (let step = 0; step < wanted.length; step++) {
			if (this.#marks[first + step] !== wanted[step]) return false;
		}
		return true;
	}
}
