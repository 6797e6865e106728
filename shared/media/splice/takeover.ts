import type { Millis } from "#shared/base/clock";
import type { Backlog, Waiting } from "./backlog.ts";
import { FRAME_KINDS, guideOf } from "./frame-window.ts";
import type { Output } from "./output.ts";

/** Frames of the same encoder may be missing for as long as nothing came, and this much: two parents are not in step. */
const STEP_MS = 1000;

/** A stream without video is one that has shown none for so long; until then its keyframe is waited for. */
const NO_VIDEO_MS = 1000;
/** Where the output has no video either: one more than a run, so that a feed to be recognised is. */
const AUDIO_ONLY_FRAMES = 4;

/** Longer than a parent's history takes to begin to arrive, and short enough to be no stall of its own. */
const PRESENT_MS = 500;
/** History comes as fast as the network goes, the present no faster than this: ffmpeg's `-re` begins with a short burst. */
const MOST_SPEED = 2;

/** A feed that brings only frames which were seen, while nobody brings others. */
export type Alone = {
	/** Wall time it has been so, and the media time it brought in it. */
	readonly heardMs: Millis;
	readonly mediaMs: Millis;
	/** How far it was behind when another feed led. */
	readonly lagMs: Millis;
};

/**
 * Whether what was seen before is the present: an encoder that started its file again, rather than a parent that sends its
 * history, or a standby that is behind by as much as it was. What was frozen meanwhile has not brought anything.
 */
export const isPresent = ({ heardMs, mediaMs, lagMs }: Alone): boolean =>
	Math.min(heardMs, mediaMs) >= lagMs + PRESENT_MS && mediaMs <= heardMs * MOST_SPEED;

/** How a feed goes on that has no frame in common with the output. */
export type Takeover = {
	/** What to deliver, oldest first. */
	readonly items: readonly Waiting[];
	readonly offset: Millis;
	readonly framesLost: number | undefined;
	readonly discontinuity: boolean;
};

/**
 * The same encoder's stream after a hole: its headers are those on air, and its times, moved like those of the feed before
 * it, lie behind the output by about the time nothing came. Feeds of one encoder usually count from one zero.
 */
export function continuation(backlog: Backlog, output: Output, offset: Millis, silence: Millis): Takeover | undefined {
	const kind = guideOf(output.frames);
	const { size, lastTime } = output.frames[kind];
	if (size === 0 || backlog.frames[kind].firstTime + offset <= lastTime) return undefined;
	if (kind === "audio" && backlog.frames.video.size > 0) return undefined;
	const { items } = backlog;
	const first = items.find(({ packet }) => packet.kind === kind && (kind === "audio" || packet.role === "keyframe"));
	if (!first?.headers.every((packet) => packet.role !== "header" || output.headers.knows(packet))) return undefined;
	const step = first.packet.time + offset - lastTime;
	if (step > silence + STEP_MS) return undefined;
	const framesLost = Math.max(0, Math.round(step / output.frameMs(kind)) - 1);
	const start = items.indexOf(first);
	const decodable = items.filter(({ packet }, at) => at >= start || packet.kind !== "video");
	return { items: decodable, offset, framesLost, discontinuity: false };
}

/**
 * Another encoder's stream, from its newest keyframe: it goes on one frame after the output,
 * both tracks moved alike so that they stay in step, and far enough that neither goes backwards.
 */
export function replacement(backlog: Backlog, output: Output, hasVideo: boolean): Takeover | undefined {
	const { items } = backlog;
	const start = hasVideo
		? items.findLastIndex(({ packet }) => packet.role === "keyframe")
		: audioStart(backlog, output.frames.video.size > 0);
	const from = start < 0 ? [] : items.slice(start);
	const [first] = from;
	if (!first) return undefined;
	const moves = FRAME_KINDS.filter((kind) => output.frames[kind].size > 0).map((kind) => {
		const own = from.find(({ packet, index }) => packet.kind === kind && index !== undefined)?.packet.time;
		const { lastTime } = output.frames[kind];
		return own === undefined ? lastTime - first.packet.time : lastTime + output.frameMs(kind) - own;
	});
	const offset = moves.length === 0 ? 0 : Math.max(...moves);
	return { items: from, offset, framesLost: undefined, discontinuity: moves.length > 0 };
}

/** Where a feed without video may begin: at its oldest frame, once it is clear that no keyframe is to be expected. */
function audioStart(backlog: Backlog, outputHasVideo: boolean): number {
	const { audio } = backlog.frames;
	const isClear = outputHasVideo ? audio.lastTime - audio.firstTime >= NO_VIDEO_MS : audio.size >= AUDIO_ONLY_FRAMES;
	return isClear ? backlog.items.findIndex(({ packet, index }) => packet.kind === "audio" && index !== undefined) : -1;
}
