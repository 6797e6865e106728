import { expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import { PeerLostError, RefusedError } from "#shared/base/errors";
import type { MediaPacket, PacketRole, TrackKind } from "#shared/formats/packet";
import type { DialOptions } from "#shared/net/rtmp";
import { parseRtmpUrl } from "../stream-url.ts";
import { Target } from "./target.ts";

type Call = { options: DialOptions; sent: string[]; queued: number; isClosed: boolean };

function stage({ hasVideo = true } = {}) {
	const clock = new ManualClock();
	const calls: Call[] = [];
	const heard: string[] = [];
	const target = new Target({
		url: parseRtmpUrl("rtmp://origin:1999/live/demo?key=1"),
		clock,
		hasVideo,
		dial: (options) => {
			const call: Call = { options, sent: [], queued: 0, isClosed: false };
			calls.push(call);
			return {
				send: ({ kind, role, time }: MediaPacket) => void call.sent.push(`${kind} ${role} ${time}`),
				queued: () => call.queued,
				close: () => {
					call.isClosed = true;
				},
			};
		},
		onPublishing: (isAgain) => heard.push(isAgain ? "again" : "publishing"),
		onTrouble: (error) => heard.push(error.message),
	});
	const call = (index: number): Call => {
		const found = calls[index];
		if (!found) throw new Error(`there is no call ${index}`);
		return found;
	};
	return { clock, calls, call, heard, target };
}

const offer = (target: Target, kind: TrackKind, role: PacketRole, time: number) =>
	target.offer({ kind, role, time, payload: new Uint8Array() });
const lost = new PeerLostError("gone");

test("dials what the address says, and sends everything once the server takes it", () => {
	const { call, target, heard } = stage();
	expect(call(0).options).toMatchObject({
		...{ mode: "publish", host: "origin", port: 1999 },
		...{ app: "live", name: "demo?key=1", tcUrl: "rtmp://origin:1999/live" },
	});
	call(0).options.onEvent({ type: "publishing" });
	offer(target, "video", "header", 0);
	offer(target, "audio", "frame", 0);
	offer(target, "video", "keyframe", 0);
	expect(call(0).sent).toEqual(["video header 0", "audio frame 0", "video keyframe 0"]);
	expect(heard).toEqual(["publishing"]);
});

test("a lost server is dialled each second, and gets headers and a keyframe first", () => {
	const { clock, calls, call, target, heard } = stage();
	call(0).options.onEvent({ type: "publishing" });
	offer(target, "data", "metadata", 0);
	offer(target, "video", "header", 0);
	call(0).options.onEnd(lost);
	offer(target, "video", "frame", 40);
	clock.advance(1000);
	call(1).options.onEnd(new RefusedError("NetStream.Publish.BadName", "busy"));
	clock.advance(1000);
	call(2).options.onEvent({ type: "publishing" });
	offer(target, "audio", "frame", 2000);
	offer(target, "video", "frame", 2000);
	offer(target, "video", "keyframe", 2040);
	offer(target, "audio", "frame", 2050);
	expect(calls).toHaveLength(3);
	expect(call(2).sent).toEqual(["data metadata 2040", "video header 2040", "video keyframe 2040", "audio frame 2050"]);
	expect(heard).toEqual(["publishing", "gone", "again"]);
});

test("without video any frame will do to begin anew", () => {
	const { clock, call, target } = stage({ hasVideo: false });
	call(0).options.onEvent({ type: "publishing" });
	offer(target, "audio", "header", 0);
	call(0).options.onEnd(lost);
	clock.advance(1000);
	call(1).options.onEvent({ type: "publishing" });
	offer(target, "audio", "frame", 1000);
	expect(call(1).sent).toEqual(["audio header 1000", "audio frame 1000"]);
});

test("a server that does not keep up misses whole groups", () => {
	const { call, target } = stage();
	call(0).options.onEvent({ type: "publishing" });
	call(0).queued = 9 * 1024 * 1024;
	offer(target, "video", "frame", 0);
	offer(target, "video", "keyframe", 40);
	call(0).queued = 0;
	offer(target, "video", "frame", 80);
	offer(target, "video", "keyframe", 120);
	expect(call(0).sent).toEqual(["video keyframe 120"]);
});

test("a server that takes the connection and says nothing is given up", () => {
	const { clock, calls, call, heard } = stage();
	clock.advance(5000);
	expect(call(0).isClosed).toBe(true);
	expect(heard).toEqual(["the server accepts the connection and does not answer"]);
	clock.advance(1000);
	expect(calls).toHaveLength(2);
});

test("a closed one dials no more", () => {
	const { clock, calls, call, target } = stage();
	call(0).options.onEnd(lost);
	target.close();
	clock.advance(10_000);
	expect({ calls: calls.length, pending: clock.pending }).toEqual({ calls: 1, pending: 0 });
});
