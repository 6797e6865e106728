import { connect } from "node:net";
import { MeshError, PeerLostError, RefusedError } from "#shared/base/errors";
import type { MediaPacket } from "#shared/formats/packet";
import { networkWords } from "#shared/net/socket";
import { type ClientEvent, type ClientOptions, ClientSession } from "#shared/rtmp/session";

/** What to dial and what to do there. */
export type DialOptions = ClientOptions & {
	host: string;
	port: number;
	onEvent(event: Exclude<ClientEvent, { type: "refused" | "ended" }>): void;
	/**
	 * The call is over. Comes exactly once, unless `close` was called. PeerLostError: the connection broke. RefusedError: the
	 * server refused or ended the stream. ProtocolError: the server does not speak RTMP.
	 */
	onEnd(error: MeshError): void;
};

/** A connection that we opened. It does not redial; its owner decides about that. */
export interface RtmpCall {
	/** Sends a packet to the server; only while publishing. */
	send(packet: MediaPacket): void;
	/** Bytes written and not yet taken by the kernel. */
	queued(): number;
	/** Ends the call properly, without `onEnd`. */
	close(): void;
}

/**
 * All calls read into these bytes: the session copies what it keeps before the next read. Otherwise each read would allocate
 * a new buffer, which is a quarter of the cost of a relay.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

/** Dials once. */
export function dialRtmp(options: DialOptions): RtmpCall {
	const session = new ClientSession(options);
	const onread = { buffer: READ_BUFFER, callback: onRead };
	const socket = connect({ host: options.host, port: options.port, noDelay: true, onread });
	let over = false;

	const flush = (): void => {
		const parts = session.take();
		if (parts.length > 0) socket.write(Buffer.concat(parts));
	};
	const end = (error: MeshError): void => {
		if (over) return;
		over = true;
		socket.destroy();
		options.onEnd(error);
	};
	const onEvent = (event: ClientEvent): void => {
		if (event.type === "refused")
			end(new RefusedError(event.code, `the server refused: ${event.code} ${event.description}`));
		else if (event.type === "ended") end(new RefusedError(event.code, `the server ended the stream: ${event.code}`));
		else options.onEvent(event);
	};

	socket.on("connect", () => {
		session.start();
		flush();
	});
	socket.on("error", (error) => end(new PeerLostError(networkWords(error), { cause: error })));
	socket.on("close", () => end(new PeerLostError("connection closed")));

	function onRead(count: number): boolean {
		if (over) return true;
		try {
			for (const event of session.push(READ_BUFFER.subarray(0, count))) {
				if (over) return true;
				onEvent(event);
			}
			flush();
		} catch (error) {
			if (!(error instanceof MeshError)) throw error;
			end(error);
		}
		return true;
	}

	return {
		send(packet) {
			const parts: Uint8Array[] = [];
			session.writeMedia(packet, parts);
			if (!over) socket.write(Buffer.concat(parts));
		},
		queued: () => socket.writableLength,
		close() {
			if (over) return;
			over = true;
			session.finish();
			flush();
			socket.destroySoon();
		},
	};
}
