import { expect, test } from "vitest";
import { capture, pieces } from "../../../test/fixtures/rtmp/captures.ts";
import { ClientSession } from "./client.ts";

function replay(mode: "play" | "publish", parts: Buffer[]) {
	const session = new ClientSession({ mode, app: "live", tcUrl: "rtmp://127.0.0.1/live", name: "clip" });
	session.start();
	return parts.flatMap((part) => session.push(part));
}

const connected = {
	type: "connected",
	info: {
		level: "status",
		code: "NetConnection.Connect.Success",
		description: "Connection succeeded.",
		objectEncoding: 0,
	},
};

// What nginx-rtmp says to our client.
const cases = [
	{ name: "own-play", mode: "play", events: [connected, { type: "playing" }], media: 56 },
	{ name: "own-publish", mode: "publish", events: [connected, { type: "publishing" }], media: 0 },
	{
		name: "own-publish-taken",
		mode: "publish",
		events: [connected, { type: "refused", code: "NetStream.Publish.BadName", description: "Already publishing" }],
		media: 0,
	},
] as const;

test.for(cases)("$name", ({ name, mode, events: expected, media }) => {
	const bytes = capture(name, "server");
	const whole = replay(mode, [bytes]);
	expect(whole.filter(({ type }) => type !== "media")).toEqual(expected);
	expect(whole.filter(({ type }) => type === "media")).toHaveLength(media);
	for (const size of [1, 2, 700, 1537]) expect(replay(mode, pieces(bytes, size))).toEqual(whole);
});

test("a play brings codec headers before frames, and whole groups", () => {
	const packets = replay("play", [capture("own-play", "server")]).flatMap((event) =>
		event.type === "media" ? [event.packet] : [],
	);
	const roles = (kind: string) => packets.filter((packet) => packet.kind === kind).map(({ role }) => role);
	expect(roles("video")).toEqual(["header", "keyframe", ...Array(9).fill("frame"), "keyframe", "frame"]);
	expect(roles("audio")).toEqual(["header", ...Array(40).fill("frame")]);
	expect(roles("data")).toEqual(["other", "metadata"]);
});
