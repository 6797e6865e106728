import { once } from "node:events";
import { connect } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { listenHttp } from "#shared/net/http";
import { sendBytes } from "./answers.ts";
import type { Visit } from "./visits.ts";

const ANSWER_MS = 30_000;
/** More than the kernel takes for a peer that reads nothing. */
const SEGMENT = new Uint8Array(32 * 1024 * 1024);

test("who reads a segment a byte at a time is let go after half a minute", async () => {
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
	onTestFinished(() => void vi.useRealTimers());
	await using server = await listenHttp({
		...{ name: "http", host: "127.0.0.1", port: 0, isForPages: true },
		limits: { connections: 10, connectionsPerAddress: 10 },
		onRefused: () => {},
		onUnheard: () => {},
		onFailed: (error) => expect.fail(String(error.stack)),
	});
	let answered = 0;
	server.app.get("/segment", (request, reply) => {
		answered++;
		const visit = { bytesOut: 0 } as Visit;
		return sendBytes({ request, reply, visit }, { parts: [SEGMENT], name: "segment", type: "video/mp4" });
	});
	await server.open();
	const peer = connect(server.port, "127.0.0.1");
	onTestFinished(() => void peer.destroy());
	peer.on("error", () => {});
	peer.write("GET /segment HTTP/1.1\r\nHost: a\r\n\r\n");
	await once(peer, "readable");
	expect([peer.read(1)?.length, answered]).toEqual([1, 1]);
	vi.advanceTimersByTime(ANSWER_MS - 1);
	expect(vi.getTimerCount()).toBe(1);
	const closed = once(peer, "close");
	vi.advanceTimersByTime(1);
	peer.resume();
	await closed;
	expect(peer.bytesRead).toBeLessThan(SEGMENT.length);
	expect(vi.getTimerCount()).toBe(0);
});
