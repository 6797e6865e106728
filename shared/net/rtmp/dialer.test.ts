import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { type MeshError, PeerLostError, ProtocolError } from "#shared/base/errors";
import { dialRtmp } from "./dialer.ts";

/** C0 with C1, and S0 with S1 and S2 (RTMP 1.0 §5.2). */
const CLIENT_HELLO = 1 + 1536;
const SERVER_HELLO = 1 + 2 * 1536;

async function serverThat(talk: (socket: Socket) => void): Promise<number> {
	const server = createServer((socket) => {
		socket.on("error", () => {});
		talk(socket);
	});
	onTestFinished(() => void server.close());
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return (server.address() as AddressInfo).port;
}

async function endOfCall(port: number): Promise<MeshError[]> {
	const ends: MeshError[] = [];
	await new Promise<void>((resolve) => {
		const onEnd = (error: MeshError): void => {
			ends.push(error);
			resolve();
		};
		const where = { host: "127.0.0.1", port, app: "live", name: "a", tcUrl: `rtmp://127.0.0.1:${port}/live` };
		dialRtmp({ ...where, mode: "play", onEvent: () => {}, onEnd });
	});
	return ends;
}

const hello = Buffer.concat([Buffer.of(3), Buffer.alloc(SERVER_HELLO - 1)]);

test.for([
	{ name: "closes at once", talk: (socket: Socket) => void socket.end(), want: PeerLostError },
	{ name: "closes after the handshake", talk: (socket: Socket) => void socket.end(hello), want: PeerLostError },
	{ name: "resets", talk: (socket: Socket) => void socket.resetAndDestroy(), want: PeerLostError },
	{ name: "is no RTMP server", talk: (socket: Socket) => void socket.write("HTTP/1.1 400\r\n"), want: ProtocolError },
])("a server that $name ends the call once", async ({ talk, want }) => {
	const ends = await endOfCall(await serverThat(talk));
	expect(ends).toEqual([expect.any(want)]);
});

test("calls that are read in turns do not mix up their bytes", async () => {
	const replies = new Map<number, Buffer>();
	const port = await serverThat((socket) => {
		const got: Buffer[] = [];
		const mark = replies.size + 1;
		replies.set(mark, Buffer.alloc(0));
		const s1 = Buffer.alloc(1536, mark);
		// A version of zero asks for the simple handshake: C2 is then S1 as it came.
		s1.writeUInt32BE(0, 4);
		let sent = 0;
		socket.on("data", (bytes: Buffer) => {
			got.push(bytes);
			const all = Buffer.concat(got);
			if (all.length < CLIENT_HELLO) return;
			replies.set(mark, all.subarray(CLIENT_HELLO, CLIENT_HELLO + 1536));
			if (sent > 0) return;
			const answer = Buffer.concat([Buffer.of(3), s1, Buffer.alloc(1536)]);
			const sendMore = (): void => {
				socket.write(answer.subarray(sent, sent + 256));
				sent += 256;
				if (sent < answer.length) setImmediate(sendMore);
			};
			sendMore();
		});
	});
	const where = { host: "127.0.0.1", port, app: "live", name: "a", tcUrl: `rtmp://127.0.0.1:${port}/live` };
	const call = () => dialRtmp({ ...where, mode: "play", onEvent: () => {}, onEnd: () => {} });
	const calls = [call(), call(), call()];
	onTestFinished(() => {
		for (const one of calls) one.close();
	});
	await expect.poll(() => [...replies.values()].map(({ length }) => length)).toEqual([1536, 1536, 1536]);
	for (const [mark, reply] of replies) {
		const want = Buffer.alloc(1536, mark);
		want.writeUInt32BE(0, 4);
		expect(reply.equals(want)).toBe(true);
	}
});
