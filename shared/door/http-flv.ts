import type { StreamSource } from "#shared/catalog";
import { streamKey } from "#shared/media";
import { endNow, endSoon, type HttpApp, SocketSink } from "#shared/net";
import type { Events } from "#shared/runtime";
import type { Reader } from "#shared/stream";
import type { PlayPolicy } from "./play.ts";
import { flvForm } from "./wire-forms.ts";

export type HttpFlvOptions = {
	source: StreamSource;
	policy: PlayPolicy;
	events: Events;
	/** Whether viewers are let in at present. */
	isOpen(): boolean;
};

/** The head of an answer without end: no length and no chunks, so shared batches go to the socket as they are. */
const HEAD = [
	"HTTP/1.1 200 OK",
	"Content-Type: video/x-flv",
	"Cache-Control: no-store",
	"Access-Control-Allow-Origin: *",
	"Connection: close",
	"",
	"",
].join("\r\n");

/** Adds `GET /<app>/<name>.flv`: the live stream as an FLV file without end. */
export function serveHttpFlv(http: HttpApp, options: HttpFlvOptions): void {
	const { source, events } = options;
	http.get<{ Params: { app: string; name: string } }>("/:app/:name.flv", async (request, reply) => {
		if (!options.isOpen()) return reply.code(503).type("text/plain").send("this edge is being stopped\n");
		const { app, name } = request.params;
		const key = streamKey(app, name);
		const address = request.ip;
		const notFound = (outcome: "bad-name" | "not-found") => {
			events.playRefused(`${app}/${name}`.slice(0, 200), address, outcome);
			return reply.code(404).type("text/plain").send(`there is no stream ${app}/${name}\n`);
		};
		if (!key) return notFound("bad-name");
		const socket = request.raw.socket;
		const gone = new AbortController();
		socket.once("close", () => gone.abort());
		if (socket.destroyed) gone.abort();
		const lease = await source.open(key, { connection: socket, signal: gone.signal });
		if (!lease) return notFound("not-found");
		reply.hijack();
		if (gone.signal.aborted) {
			lease.release();
			return reply;
		}
		socket.setNoDelay(true);
		socket.write(HEAD);
		events.playAccepted(key, address, "viewer");
		let reader: Reader | undefined;
		const leave = (): void => {
			reader?.leave();
			lease.release();
		};
		gone.signal.addEventListener("abort", leave);
		reader = lease.hub.join({
			form: flvForm,
			delayMs: options.policy.viewerDelayMs(app),
			sink: new SocketSink(socket),
			bounds: options.policy.bounds,
			onEvict: (reason) => {
				events.readerEvicted(key, address, reason);
				endNow(socket, `a reader that is ${reason}`);
			},
			onEnd: (reason) => endSoon(socket, `the stream is over: ${reason}`),
		});
		return reply;
	});
}
