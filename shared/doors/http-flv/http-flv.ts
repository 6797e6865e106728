import { type StreamKey, streamKey } from "#shared/base/names";
import type { Events } from "#shared/base/runtime";
import type { Reader } from "#shared/media/stream";
import type { Lease, PlayPolicy, StreamSource } from "#shared/mesh/catalog";
import { type HttpApp, takeConnection } from "#shared/net/http";
import { endNow, endSoon, type Socket, SocketSink } from "#shared/net/socket";
import { flvForm } from "./flv-form.ts";

export type HttpFlvOptions = {
	source: StreamSource;
	policy: PlayPolicy;
	events: Events;
	/** Whether viewers are let in at present. */
	isOpen(): boolean;
};

/** The head of an answer without end: no length and no chunks, so shared batches go to the socket as they are. */
const HEAD = { "Content-Type": "video/x-flv", "Cache-Control": "no-store", Connection: "close" };

/** Adds `GET /<app>/<name>.flv`: the live stream as an FLV file without end, and as such the last answer of its connection. */
export function serveHttpFlv(http: HttpApp, options: HttpFlvOptions): void {
	const { source, events } = options;
	http.get<{ Params: { app: string; name: string } }>("/:app/:name.flv", async (request, reply) => {
		if (!options.isOpen()) return reply.code(503).type("text/plain").send("this edge is being stopped\n");
		const { app, name } = request.params;
		const key = streamKey(app, name);
		const address = request.ip;
		const refuse = (outcome: "bad-name" | "not-found" | "pipelined", code: number, why: string) => {
			events.playRefused(`${app}/${name}`.slice(0, 200), address, outcome);
			return reply.code(code).type("text/plain").send(`${why}\n`);
		};
		const notFound = `there is no stream ${app}/${name}`;
		if (!key) return refuse("bad-name", 404, notFound);
		const gone = endOf(request.raw.socket);
		if (request.method === "HEAD") {
			if (!(await source.knows(key, { connection: request.raw.socket, signal: gone })))
				return refuse("not-found", 404, notFound);
			reply.hijack();
			reply.raw.writeHead(200, HEAD).end();
			return reply;
		}
		const socket = takeConnection(reply.raw);
		if (!socket) return refuse("pipelined", 400, "ask for a stream on a connection of its own");
		reply.header("Connection", "close");
		const lease = await source.open(key, { connection: socket, signal: gone });
		if (!lease) return refuse("not-found", 404, notFound);
		reply.hijack();
		reply.raw.removeHeader("Transfer-Encoding");
		reply.raw.writeHead(200, HEAD).flushHeaders();
		play({ key, app, address, socket, gone, lease }, options);
		return reply;
	});
}

type Viewer = {
	key: StreamKey;
	app: string;
	address: string;
	socket: Socket;
	/** Aborts when the socket is closed. */
	gone: AbortSignal;
	lease: Lease;
};

/** Plays until either side ends it. Never throws. */
function play({ key, app, address, socket, gone, lease }: Viewer, { events, policy }: HttpFlvOptions): void {
	if (gone.aborted) {
		lease.release();
		return;
	}
	events.playAccepted(key, address, "viewer");
	let reader: Reader | undefined;
	gone.addEventListener("abort", () => {
		reader?.leave();
		lease.release();
	});
	try {
		reader = lease.hub.join({
			form: flvForm,
			delayMs: policy.viewerDelayMs(app),
			sink: new SocketSink(socket),
			bounds: policy.bounds,
			onEvict: (reason) => {
				events.readerEvicted(key, address, reason);
				endNow(socket, `a reader that is ${reason}`);
			},
			onEnd: (reason) => endSoon(socket, `the stream is over: ${reason}`),
		});
	} catch (error) {
		events.errorContained("http-flv", error, { key, address });
		endNow(socket, "a mistake of ours");
	}
}

function endOf(socket: Socket): AbortSignal {
	const gone = new AbortController();
	if (socket.destroyed) gone.abort();
	else socket.once("close", () => gone.abort());
	return gone.signal;
}
