import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { endNow } from "./ending.ts";

/** A connection whose other end reads nothing. */
async function unreadSocket(): Promise<Socket> {
	const server = createServer();
	onTestFinished(() => void server.close());
	await once(server.listen(0, "127.0.0.1"), "listening");
	const peer = connect((server.address() as AddressInfo).port, "127.0.0.1").pause();
	onTestFinished(() => void peer.destroy());
	const [socket] = (await once(server, "connection")) as [Socket];
	return socket;
}

test("a thousand queued writes end with one and the same error", async () => {
	const socket = await unreadSocket();
	const errors: unknown[] = [];
	const onWritten = (error: unknown) => errors.push(error);
	socket.on("error", () => {});
	socket.write(Buffer.alloc(16 * 1024 * 1024), onWritten);
	for (let number = 0; number < 1_000; number++) socket.write(Buffer.alloc(100), onWritten);
	endNow(socket, "too slow");
	await new Promise((resolve) => socket.once("close", resolve));
	// The write that is in the kernel's hands ends with the kernel's own.
	const [, ...queued] = errors;
	expect(queued.length).toBe(1_000);
	expect(new Set(queued).size).toBe(1);
	expect(queued[0]).toMatchObject({ message: "too slow" });
});
