import type { Millis } from "#shared/base/clock";
import { type Alignment, alignAt, alignByKeyframe, alignByRun, MIN_RUN } from "./align.ts";
import type { Backlog } from "./backlog.ts";
import { FRAME_KINDS } from "./frame-window.ts";
import type { Output } from "./output.ts";
import { continuation, replacement, type Takeover } from "./takeover.ts";

/**
 * An alignment by which a feed's frames come longer after their first time than this is doubted where its times say that it
 * goes on where the output ended: a clip played in a loop has every frame again.
 */
const LOOP_DOUBT_MS = 5000;

/**
 * A feed just opened is not taken for another encoder's before so long: parents send a group of pictures at once, and what
 * the output knows may come only after what it does not.
 */
const JOIN_BURST_MS = 200;

/** What is known of a feed without a place. */
export type Candidate = {
	readonly backlog: Backlog;
	readonly hasVideo: boolean;
	readonly isUnrelated: boolean;
	/** It was aligned, and what followed spoke against that. */
	readonly isMisfit: boolean;
	/** Since its first packet. */
	readonly heardMs: Millis;
	/** Offsets to try first: feeds of one encoder usually count from one zero, and a feed keeps its own. */
	readonly hints: readonly Millis[];
};

/**
 * Where a candidate lies in the output while another feed brings the frames. There is time: both tracks must agree,
 * and equal payloads must not leave a choice.
 */
export function recogniseHot(candidate: Candidate, output: Output): Alignment | undefined {
	const { backlog, hints } = candidate;
	const found = hints.map((offset) =>
		alignAt(output.frames, backlog.frames, offset, { hot: true, minMatched: MIN_RUN }),
	);
	const byTimes = found.find((each) => each !== undefined && each !== "soon");
	// Payloads alone are not trusted while the times are about to tell: a clip in a loop has every frame again.
	const willTell = found[0] === "soon" && !candidate.isUnrelated;
	if (byTimes || willTell) return byTimes;
	return alignByRun(output.frames, backlog.frames, { hot: true, minMatched: 0 });
}

/** Where a candidate lies in the output, or how it takes over; undefined where more of it must be heard. */
export type Cold = { readonly alignment: Alignment } | { readonly takeover: Takeover };

/**
 * How a candidate goes on when no other feed brings frames; `silence` is the wall time without one. As soon as a keyframe or
 * a run is found in the output, or the times go on where it ended, that decides; only another encoder's stream has to wait.
 */
export function recogniseCold(
	candidate: Candidate,
	output: Output,
	silence: Millis,
	mayReplace: boolean,
): Cold | undefined {
	const { backlog, hints } = candidate;
	const alignment = candidate.isMisfit ? undefined : alignCold(candidate, output);
	const [siblings] = hints;
	const next = siblings === undefined ? undefined : continuation(backlog, output, siblings, silence);
	const isDoubted = (offset: Millis): boolean => silence + behind(backlog, output, offset) > LOOP_DOUBT_MS;
	if (alignment && !(next && isDoubted(alignment.offset))) return { alignment };
	const isHeard = candidate.heardMs >= JOIN_BURST_MS || output.newest === undefined;
	const takeover = next ?? (mayReplace && isHeard ? replacement(backlog, output, candidate.hasVideo) : undefined);
	return takeover && { takeover };
}

function alignCold({ backlog, hints }: Candidate, output: Output): Alignment | undefined {
	const { frames } = backlog;
	const keyframes = backlog.keyframes();
	// A keyframe is large and unlike all others: one at the right time is a match.
	const minMatched = keyframes.at(-1) === frames.video.start ? 1 : MIN_RUN;
	for (const offset of hints) {
		const found = alignAt(output.frames, frames, offset, { hot: false, minMatched });
		if (found && found !== "soon") return found;
	}
	return (
		alignByRun(output.frames, frames, { hot: false, minMatched: 0 }) ??
		alignByKeyframe(output.frames, frames, keyframes)
	);
}

/** How far the newest of what was heard is behind the output. */
function behind(backlog: Backlog, output: Output, offset: Millis): Millis {
	const times = FRAME_KINDS.filter((kind) => backlog.frames[kind].size > 0).map(
		(kind) => backlog.frames[kind].lastTime,
	);
	return (output.newest ?? 0) - (Math.max(...times) + offset);
}
