import type { Millis } from "#shared/base/clock";
import {
	FRAME_KINDS,
	type FrameKind,
	type FrameWindow,
	type FrameWindows,
	guideOf,
	SAME_TIME_MS,
} from "./frame-window.ts";

/** Frames in a row, each of which occurs once, that make a match: one may be a repeated payload, three in a row are not. */
export const MIN_RUN = 3;

/** The offset is an average over so many frames: rounding cancels out. */
const OFFSET_FRAMES = 16;

/** Where a feed's frames lie in the output. */
export type Alignment = {
	/** The feed's times plus this are the output's. */
	readonly offset: Millis;
	/** What to add to a frame's number in the feed to get its number in the output; undefined where no frame tells. */
	readonly shift: Readonly<Record<FrameKind, number | undefined>>;
};

/** How careful to be. */
export type AlignRule = {
	/**
	 * Another feed brings the output's frames: there is time to wait until both tracks agree.
	 * Otherwise one track is enough, and what the other brings is placed by its time.
	 */
	readonly hot: boolean;
	/** Frames in common that are wanted of the guiding track: video where the output has any. */
	readonly minMatched: number;
};

/** A feed whose times say that it is ahead by no more is not judged until the output has come so far. */
const AHEAD_MS = 12_000;

/**
 * The alignment under which the feed's times, moved by about `offset`, and its payloads are the output's; "soon" where the
 * output has yet to come to these times, or has just done so; undefined where they are not the output's.
 */
export function alignAt(
	output: FrameWindows,
	heard: FrameWindows,
	offset: Millis,
	rule: AlignRule,
): Alignment | "soon" | undefined {
	const found = alignExactly(output, heard, offset, rule);
	if (!found || found === "soon") return found;
	const kind = found.shift.video === undefined ? "audio" : "video";
	const shift = found.shift[kind];
	const better =
		shift === undefined ? undefined : alignExactly(output, heard, meanOffset(output[kind], heard[kind], shift), rule);
	return better && better !== "soon" ? better : found;
}

function alignExactly(
	output: FrameWindows,
	heard: FrameWindows,
	offset: Millis,
	rule: AlignRule,
): Alignment | "soon" | undefined {
	const start = firstTime(heard) + offset;
	const guide = guideOf(output);
	if (start - output[guide].lastTime > AHEAD_MS) return undefined;
	const audio = fitTrack(output.audio, heard.audio, offset, start);
	const video = fitTrack(output.video, heard.video, offset, start);
	if (!audio || !video) return undefined;
	if (rule.hot && (audio.isSoon || video.isSoon)) return "soon";
	const matched = guide === "video" ? video.common : audio.common;
	return matched < rule.minMatched ? undefined : { offset, shift: { audio: audio.shift, video: video.shift } };
}

/** `isSoon`: there is too little to compare yet. */
type TrackFit = { readonly shift: number | undefined; readonly common: number; readonly isSoon: boolean };

function fitTrack(output: FrameWindow, heard: FrameWindow, offset: Millis, start: Millis): TrackFit | undefined {
	const fit = fitAt(output, heard, offset, start);
	if (fit === "differs") return undefined;
	if (typeof fit === "string") return { shift: undefined, common: 0, isSoon: fit === "not yet" };
	const common = overlap(output, heard, fit);
	return { shift: fit, common, isSoon: common < MIN_RUN };
}

/** The alignment at which the newest frames both have in common, each of which occurs once, fall together. */
export function alignByRun(output: FrameWindows, heard: FrameWindows, rule: AlignRule): Alignment | undefined {
	for (const kind of FRAME_KINDS) {
		const shift = shiftByRun(output[kind], heard[kind]);
		if (shift === undefined) continue;
		const offset = meanOffset(output[kind], heard[kind], shift);
		const found = alignExactly(output, heard, offset, rule);
		if (found && found !== "soon") return found;
	}
	return undefined;
}

/**
 * The alignment at which one of the feed's keyframes (by number, newest first) falls together with an output's frame.
 * For when nothing else brings frames: among equal keyframes the newest is taken, as what follows it was seen to be equal too.
 */
export function alignByKeyframe(
	output: FrameWindows,
	heard: FrameWindows,
	keyframes: readonly number[],
): Alignment | undefined {
	for (const index of keyframes) {
		const at = output.video.lastOf(heard.video.mark(index));
		if (at === undefined) continue;
		const offset = meanOffset(output.video, heard.video, at - index);
		const found = alignExactly(output, heard, offset, { hot: false, minMatched: 0 });
		if (found && found !== "soon") return found;
	}
	return undefined;
}

/** The earliest time of what was heard. */
function firstTime(heard: FrameWindows): Millis {
	const times = FRAME_KINDS.filter((kind) => heard[kind].size > 0).map((kind) => heard[kind].firstTime);
	return times.length === 0 ? Number.NaN : Math.min(...times);
}

/** A shift, or why there is none: nothing to compare with, not yet, or something else is there. */
type Fit = number | "nothing" | "not yet" | "differs";

function fitAt(output: FrameWindow, heard: FrameWindow, offset: Millis, start: Millis): Fit {
	if (heard.size === 0) return output.size > 0 && output.lastTime >= start ? "not yet" : "nothing";
	if (output.size === 0 || heard.firstTime + offset > output.lastTime + SAME_TIME_MS) return "not yet";
	if (heard.lastTime + offset < output.firstTime - SAME_TIME_MS) return "nothing";
	const [mine, theirs] = [heard.end - 1, output.end - 1];
	const at = output.lastAt(heard.mark(mine), heard.time(mine) + offset);
	if (at !== undefined && isSameOverlap(output, heard, at - mine, offset)) return at - mine;
	const back = heard.lastAt(output.mark(theirs), output.time(theirs) - offset);
	if (back !== undefined && isSameOverlap(output, heard, theirs - back, offset)) return theirs - back;
	// Frames of one moment, such as several video tracks', may be on both sides of the seam.
	return heard.firstTime + offset > output.lastTime - SAME_TIME_MS ? "not yet" : "differs";
}

function shiftByRun(output: FrameWindow, heard: FrameWindow): number | undefined {
	const at = endOfRun(output, heard);
	if (at !== undefined) return at - (heard.end - 1);
	const back = endOfRun(heard, output);
	return back === undefined ? undefined : output.end - 1 - back;
}

/** Where in `long` the newest frames of `short` end, if each of them occurs once in both. */
function endOfRun(long: FrameWindow, short: FrameWindow): number | undefined {
	if (short.size < MIN_RUN) return undefined;
	const last = short.end - 1;
	const at = long.only(short.mark(last));
	if (at === undefined) return undefined;
	for (let step = 0; step < MIN_RUN; step++) {
		const mark = short.mark(last - step);
		if (long.only(mark) !== at - step || short.only(mark) !== last - step) return undefined;
	}
	return at;
}

const overlapStart = (output: FrameWindow, heard: FrameWindow, shift: number): number =>
	Math.max(output.start, heard.start + shift);
const overlapEnd = (output: FrameWindow, heard: FrameWindow, shift: number): number =>
	Math.min(output.end, heard.end + shift);
const overlap = (output: FrameWindow, heard: FrameWindow, shift: number): number =>
	overlapEnd(output, heard, shift) - overlapStart(output, heard, shift);

/** Whether all frames both hold are equal, and at equal times. One that is not refutes the shift, however long the run was. */
function isSameOverlap(output: FrameWindow, heard: FrameWindow, shift: number, offset: Millis): boolean {
	const end = overlapEnd(output, heard, shift);
	for (let index = overlapStart(output, heard, shift); index < end; index++) {
		const mine = index - shift;
		if (!output.agrees(index, heard.mark(mine), heard.time(mine) + offset)) return false;
	}
	return true;
}

function meanOffset(output: FrameWindow, heard: FrameWindow, shift: number): Millis {
	const end = overlapEnd(output, heard, shift);
	const start = Math.max(overlapStart(output, heard, shift), end - OFFSET_FRAMES);
	let sum = 0;
	for (let index = start; index < end; index++) sum += output.time(index) - heard.time(index - shift);
	return Math.round(sum / (end - start));
}
