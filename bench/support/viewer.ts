import { connect } from "node:net";
import { MeshError, PeerLostError } from "#shared/base/errors";
import type { MediaPacket } from "#shared/formats/packet";
import { type ClientEvent, ClientSession } from "#shared/rtmp/session";
import { parseRtmpUrl } from "../../cli/stream-url.ts";

/** What a viewer tells; `at` is when the last of the packet's bytes were read, before they were looked at. */
export type ViewerOptions = {
	onPacket(packet: MediaPacket, at: number): void;
	onEnd(error: MeshError): void;
};

/** A player that costs its process little. Disposing hangs up. */
export type Viewer = Disposable & { /** When it began to dial. */ readonly dialledAt: number };

/** Plays a stream; the same words to every server. */
export function openViewer(url: string, { onPacket, onEnd }: ViewerOptions): Viewer {
	const { host, port, app, name, tcUrl } = parseRtmpUrl(url);
	const session = new ClientSession({ mode: "play", app, name, tcUrl, digest: false });
	const dialledAt = performance.now();
	const socket = connect({ host, port, noDelay: true });
	let over = false;

	const end = (why: string, cause?: unknown): void => {
		if (over) return;
		over = true;
		socket.destroy();
		onEnd(new PeerLostError(`playing ${url} ended: ${why}`, { cause }));
	};
	const flush = (): void => {
		const parts = session.take();
		if (parts.length > 0) socket.write(Buffer.concat(parts));
	};
	const onEvent = (event: ClientEvent, at: number): void => {
		if (event.type === "media") onPacket(event.packet, at);
		else if (event.type === "refused" || event.type === "ended") end(event.code);
	};
	socket.on("connect", () => {
		session.start();
		flush();
	});
	socket.on("data", (bytes) => {
		const at = performance.now();
		try {
			for (const event of session.push(bytes)) if (!over) onEvent(event, at);
			flush();
		} catch (error) {
			if (!(error instanceof MeshError)) throw error;
			end(error.message, error);
		}
	});
	socket.on("error", (error) => end(error.message, error));
	socket.on("close", () => end("the server closed the connection"));
	return {
		dialledAt,
		[Symbol.dispose]() {
			over = true;
			socket.destroy();
		},
	};
}
