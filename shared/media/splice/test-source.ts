import type { Millis } from "#shared/base/clock";
import type { MediaPacket, PacketRole, TrackKind } from "#shared/formats/packet";
import type { SwitchEvent } from "./lead.ts";
import { Splicer } from "./splicer.ts";

/** A packet whose payload is the text: what tests compare. */
export const packet = (kind: TrackKind, role: PacketRole, time: Millis, text: string): MediaPacket => ({
	kind,
	role,
	time,
	payload: Buffer.from(text),
});

export const textOf = ({ payload }: MediaPacket): string => Buffer.from(payload).toString();

/** What an encoder sends; times begin at 0. */
export type SourceOptions = {
	readonly seconds: number;
	/** Tells one encoder's payloads from another's. */
	readonly name?: string;
	readonly video?: { readonly frameMs: number; readonly group: number };
	readonly audio?: { readonly frameMs: number };
	/** Whether a frame has the payload all frames of its kind have; keyframes never do. */
	readonly isRepeated?: (kind: TrackKind, index: number) => boolean;
	/** After so many video frames the codec header changes, before a keyframe. */
	readonly newHeaderAt?: number;
	/** A cue point each so many video frames. */
	readonly cueEvery?: number;
};

export const USUAL = { video: { frameMs: 33, group: 30 }, audio: { frameMs: 21 } };

/** One encoder's packets: metadata, codec headers, then frames by time. */
export function makeSource(options: SourceOptions): MediaPacket[] {
	const { name = "", seconds, video, audio, isRepeated = () => false } = options;
	const frames: MediaPacket[] = [];
	const frame = (kind: TrackKind, role: PacketRole, time: number, index: number): MediaPacket =>
		packet(kind, role, time, role === "frame" && isRepeated(kind, index) ? `${kind} still` : `${name}${kind} ${index}`);
	for (let index = 0; video && index * video.frameMs < seconds * 1000; index++) {
		const time = index * video.frameMs;
		if (index > 0 && index === options.newHeaderAt)
			frames.push(packet("video", "header", time, `${name}video header 2`));
		frames.push(frame("video", index % video.group === 0 ? "keyframe" : "frame", time, index));
		if (options.cueEvery !== undefined && index % options.cueEvery === 7) {
			frames.push(packet("data", "other", time + 1, "cue"));
		}
	}
	for (let index = 0; audio && index * audio.frameMs < seconds * 1000; index++) {
		frames.push(frame("audio", "frame", index * audio.frameMs + 2, index));
	}
	frames.sort((a, b) => a.time - b.time);
	const headers = [packet("data", "metadata", 0, `${name}metadata`)];
	if (video) headers.push(packet("video", "header", 0, `${name}video header`));
	if (audio) headers.push(packet("audio", "header", 0, `${name}audio header`));
	return [...headers, ...frames];
}

/** How one upstream hands on a source. */
export type FeedPlan = {
	readonly id: string;
	readonly openAt: Millis;
	/** How long after the encoder a packet arrives. */
	readonly lag?: Millis;
	readonly closeAt?: Millis;
	/** Packets due from the first moment on come all together at the second. */
	readonly freeze?: readonly [Millis, Millis];
	/** Added to the source's times. */
	readonly zero?: Millis;
	/** Added to the time of packet `index`. */
	readonly rounding?: (index: number) => Millis;
	/** What it hands on where that is not what the others do. */
	readonly source?: readonly MediaPacket[];
	/** Whether packet `index` goes before the one it follows, where they are frames of two tracks. */
	readonly isSwapped?: (index: number) => boolean;
	/** The packet it begins with, in place of the newest keyframe at `openAt`. */
	readonly from?: number;
};

/** One thing that happens to a feed; `index` names the packet in the source, -1 one of the headers. */
export type FeedEvent = {
	readonly at: Millis;
	readonly feed: number;
	readonly what: { readonly type: "open" | "close" } | PushEvent;
};
export type PushEvent = { readonly type: "push"; readonly packet: MediaPacket; readonly index: number };

/** All that happens, in order; what happens at one moment is ordered by `order`, which may be anything. */
export function schedule(source: readonly MediaPacket[], plans: readonly FeedPlan[], order = 0): FeedEvent[] {
	const rank = (feed: number): number => (feed + order) % plans.length;
	const events = plans.flatMap((plan, feed) => eventsOf(plan.source ?? source, plan, feed));
	return events.sort((a, b) => a.at - b.at || rank(a.feed) - rank(b.feed));
}

/** The first packet a parent sends somebody who joins at `time`, by the encoder's clock. */
export function joinAt(source: readonly MediaPacket[], time: Millis): number {
	const isStart = source.some(({ kind }) => kind === "video")
		? ({ role }: MediaPacket) => role === "keyframe"
		: ({ role }: MediaPacket) => role === "frame";
	const first = source.findIndex(isStart);
	return Math.max(
		first,
		source.findLastIndex((candidate) => isStart(candidate) && candidate.time <= time),
	);
}

function eventsOf(source: readonly MediaPacket[], plan: FeedPlan, feed: number): FeedEvent[] {
	const { openAt, lag = 0, closeAt = Number.POSITIVE_INFINITY, freeze = [closeAt, closeAt], zero = 0 } = plan;
	const from = plan.from ?? joinAt(source, openAt - lag);
	const begin = Math.max(openAt, (source[from]?.time ?? 0) + lag);
	const thawed = (at: Millis): Millis => (at >= freeze[0] && at < freeze[1] ? freeze[1] : at);
	const events: FeedEvent[] = [{ at: openAt, feed, what: { type: "open" } }];
	const push = (due: Millis, packet: MediaPacket, index: number): void => {
		const at = thawed(due);
		if (at >= closeAt) return;
		const time = packet.time + zero + (index < 0 ? 0 : (plan.rounding?.(index) ?? 0));
		events.push({ at, feed, what: { type: "push", packet: { ...packet, time }, index } });
	};
	for (const header of headersAt(source, from)) push(begin, { ...header, time: source[from]?.time ?? 0 }, -1);
	for (const index of orderOf(source, from, plan)) {
		const packet = source[index];
		if (packet) push(Math.max(begin, packet.time + lag, events.at(-1)?.at ?? 0), packet, index);
	}
	if (closeAt !== Number.POSITIVE_INFINITY) events.push({ at: closeAt, feed, what: { type: "close" } });
	return events;
}

/** The numbers of the packets from `from` on, as this feed sends them. */
function orderOf(source: readonly MediaPacket[], from: number, { isSwapped = () => false }: FeedPlan): number[] {
	const order = Array.from({ length: source.length - from }, (_, step) => from + step);
	const isFrame = (index: number): boolean => ["frame", "keyframe"].includes(source[index]?.role ?? "");
	for (let step = 2; step < order.length; step++) {
		const [index, before] = [from + step, from + step - 1];
		const mayPass = isFrame(index) && isFrame(before) && source[index]?.kind !== source[before]?.kind;
		if (mayPass && order[step - 1] === before && isSwapped(index)) [order[step - 1], order[step]] = [index, before];
	}
	return order;
}

/** The metadata and codec headers a parent sends before packet `from`. */
export function headersAt(source: readonly MediaPacket[], from: number): MediaPacket[] {
	const inForce = new Map<string, MediaPacket>();
	for (const packet of source.slice(0, from)) {
		if (packet.role === "header" || packet.role === "metadata") inForce.set(packet.kind, packet);
	}
	return [...inForce.values()];
}

/** What came out of a splicer. */
export type Outcome = { readonly packets: MediaPacket[]; readonly switches: SwitchEvent[]; readonly splicer: Splicer };

/** Lets it all happen to a new splicer. */
export function play(events: readonly FeedEvent[], plans: readonly FeedPlan[]): Outcome {
	const packets: MediaPacket[] = [];
	const switches: SwitchEvent[] = [];
	const splicer = new Splicer({ deliver: (out) => packets.push(out), onSwitch: (event) => switches.push(event) });
	const feeds = plans.map((plan) => ({ plan, feed: undefined as ReturnType<Splicer["open"]> | undefined }));
	for (const { at, feed, what } of events) {
		const slot = feeds[feed];
		if (!slot) continue;
		if (what.type === "open") slot.feed = splicer.open(slot.plan.id);
		else if (what.type === "push") slot.feed?.push(what.packet, at);
		else slot.feed?.close(at);
	}
	return { packets, switches, splicer };
}

/** The payloads of one kind, in order, as text. */
export const texts = (packets: readonly MediaPacket[], kind: TrackKind): string[] =>
	packets.filter((candidate) => candidate.kind === kind).map(textOf);

/** The steps in which the times of one kind go backwards. */
export function stepsBack(packets: readonly MediaPacket[], kind: TrackKind): Millis[] {
	const times = packets.filter((candidate) => candidate.kind === kind).map(({ time }) => time);
	return times.slice(1).flatMap((time, index) => (time < (times[index] ?? 0) ? [time - (times[index] ?? 0)] : []));
}
