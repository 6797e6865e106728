import { expect, test } from "vitest";
import { capture, pieces } from "../../../test/fixtures/rtmp/captures.ts";
import { ServerSession } from "./server.ts";
import type { ServerEvent } from "./server-event.ts";
import { status } from "./status.ts";

/** Answers as a server that takes everything does. */
function answer(session: ServerSession, event: ServerEvent): void {
	if (event.type === "connect") session.acceptConnect();
	else if (event.type === "fc-publish") session.answerFcPublish(status.publishStart, event.name);
	else if (event.type === "publish") session.acceptPublish(event.streamId, event.name);
	else if (event.type === "fc-subscribe") session.answerFcSubscribe(event.call, status.playStart, event.name);
	else if (event.type === "play") session.acceptPlay(event.streamId, event.name);
}

/** Pushes `parts` and answers what they ask; every event with the number of bytes it took to come. */
function replay(parts: Buffer[]): { event: ServerEvent; after: number }[] {
	const session = new ServerSession();
	const events: { event: ServerEvent; after: number }[] = [];
	let after = 0;
	for (const part of parts) {
		after += part.length;
		for (const event of session.push(part)) {
			events.push({ event, after });
			answer(session, event);
		}
		session.take();
	}
	return events;
}

function told(event: ServerEvent): string {
	const { type } = event;
	if (type === "connect") return `connect ${event.app}`;
	const stream = "streamId" in event ? ` on ${event.streamId}` : "";
	return `${type}${"name" in event ? ` ${event.name}` : ""}${stream}`;
}

function mediaOf(events: ServerEvent[]) {
	const packets = events.flatMap((event) => (event.type === "media" ? [event.packet] : []));
	const count = (kind: string, role: string) =>
		packets.filter((packet) => packet.kind === kind && packet.role === role).length;
	return {
		metadata: count("data", "metadata"),
		headers: count("video", "header") + count("audio", "header"),
		keyframes: count("video", "keyframe"),
		frames: count("video", "frame"),
		/** The end of the video sequence, which FLV muxers send last. */
		others: count("video", "other"),
		audio: count("audio", "frame"),
		total: packets.length,
		latest: Math.max(...packets.map(({ time }) => time)),
	};
}

const publish = [
	"connect live",
	"fc-publish cam",
	"publish cam on 1",
	"media",
	"fc-unpublish cam",
	"close-stream on 1",
];

const cases = [
	{
		name: "ffmpeg-publish",
		events: publish,
		media: { metadata: 1, headers: 2, keyframes: 2, frames: 18, others: 1, audio: 45, total: 69, latest: 2043 },
	},
	{
		name: "ffmpeg-publish-extended",
		events: publish.map((event) => event.replace("cam", "late")),
		media: { metadata: 1, headers: 2, keyframes: 1, frames: 9, others: 1, audio: 23, total: 37, latest: 16_777_875 },
	},
	{
		// Its deleteStream names the stream where a number belongs.
		name: "gst-rtmp2sink-publish",
		events: publish,
		media: { metadata: 9, headers: 2, keyframes: 2, frames: 18, others: 1, audio: 44, total: 76, latest: 1997 },
	},
	{
		name: "librtmp-publish",
		events: publish,
		media: { metadata: 9, headers: 2, keyframes: 2, frames: 18, others: 1, audio: 44, total: 76, latest: 1997 },
	},
	{ name: "ffmpeg-play", events: ["connect live", "play clip on 1", "close-stream on 1"] },
	{ name: "rtmpdump-play", events: ["connect live", "fc-subscribe clip", "play clip on 1", "close-stream on 1"] },
	{ name: "gst-rtmp2src-play", events: ["connect live", "play clip on 1"] },
];

test.for(cases)("$name", ({ name, events: expected, media }) => {
	const bytes = capture(name, "client");
	const slow = replay(pieces(bytes, 1));
	const events = slow.map(({ event }) => event);
	const story = events.map(({ type }, index) => (type === "media" ? type : told(events[index] as ServerEvent)));
	expect(story.filter((line, index) => line !== "media" || story[index - 1] !== "media")).toEqual(expected);
	if (media) expect(mediaOf(events)).toEqual(media);
	// A client waits for the answer to connect, so no read brings what it says after that.
	const connected = slow[0]?.after ?? 0;
	for (const size of [2, 700, 1537, bytes.length]) {
		expect(replay(pieces(bytes, size, [connected])).map(({ event }) => event)).toEqual(events);
	}
});
