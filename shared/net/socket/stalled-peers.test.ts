import { expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import { endsOf } from "./send-queues.ts";
import { StalledPeers } from "./stalled-peers.ts";

const ENDS = { localAddress: "127.0.0.1", localPort: 1935, remoteAddress: "127.0.0.1", remotePort: 5000 };

/** A peer that is watched for a second; `pass` lets a quarter of it go by, which is a look. */
function stage(options: { hasTable: boolean }) {
	const clock = new ManualClock();
	const socket = { ...ENDS, bytesWritten: 1000, writableLength: 0 };
	const kernel = { unread: 0 };
	const peers = new StalledPeers(clock, async (found) => {
		if (options.hasTable) found(endsOf(socket), kernel.unread);
	});
	let stalled = 0;
	const cancel = peers.watch(socket, 1000, () => stalled++);
	const pass = async (): Promise<number> => {
		clock.advance(250);
		for (let turn = 0; turn < 5; turn++) await Promise.resolve();
		return stalled;
	};
	return { clock, socket, kernel, peers, pass, cancel };
}

test("a peer that acknowledges nothing is stalled, though the kernel goes on taking what is written", async () => {
	const { socket, kernel, pass } = stage({ hasTable: true });
	for (const [at, expected] of [0, 0, 0, 1].entries()) {
		kernel.unread = 500 + at * 100;
		expect(await pass()).toBe(expected);
		socket.bytesWritten += 100;
	}
});

test("a peer that acknowledges a little now and then is not, though its socket says nothing for long", async () => {
	const { socket, kernel, pass } = stage({ hasTable: true });
	kernel.unread = 1_000_000;
	socket.bytesWritten = 2_000_000;
	socket.writableLength = 64_000;
	for (let look = 0; look < 30; look++) {
		if (look % 3 === 0) kernel.unread -= 1400;
		expect(await pass()).toBe(0);
	}
});

test("a peer that acknowledges as much as is written has moved, though as much is on its way as before", async () => {
	const { socket, kernel, pass } = stage({ hasTable: true });
	kernel.unread = 3000;
	for (let look = 0; look < 10; look++) {
		socket.bytesWritten += 10_000;
		expect(await pass()).toBe(0);
	}
});

test("nothing waits for who has read all", async () => {
	const { pass } = stage({ hasTable: true });
	for (let look = 0; look < 10; look++) expect(await pass()).toBe(0);
});

test("without the kernel's word a peer has moved when the kernel took something", async () => {
	const { socket, pass } = stage({ hasTable: false });
	for (let look = 0; look < 10; look++) {
		socket.bytesWritten += 1000;
		socket.writableLength = 64_000;
		expect(await pass()).toBe(0);
	}
	for (let look = 0; look < 3; look++) expect(await pass()).toBe(0);
	expect(await pass()).toBe(1);
});

test("time in which this process was held up does not count", async () => {
	const { clock, kernel, pass } = stage({ hasTable: true });
	kernel.unread = 500;
	await pass();
	clock.advance(5000);
	for (let look = 0; look < 3; look++) expect(await pass()).toBe(0);
	for (let look = 0; look < 20; look++) await pass();
	expect(await pass()).toBeGreaterThan(0);
});

test("who is watched no more is left alone, and looking ends with the last", async () => {
	const { clock, kernel, pass, cancel } = stage({ hasTable: true });
	kernel.unread = 500;
	await pass();
	cancel();
	expect(clock.pending).toBe(0);
	for (let look = 0; look < 10; look++) expect(await pass()).toBe(0);
});
