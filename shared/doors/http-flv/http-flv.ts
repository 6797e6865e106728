import type { Access } from "#shared/access/admission";
import { accessOf } from "#shared/access/request";
import { type StreamKey, streamKey } from "#shared/base/names";
import type { Events } from "#shared/base/runtime";
import { HttpViewer, type ViewerRefusal } from "#shared/doors/viewer";
import type { Reader } from "#shared/media/stream";
import type { Lease, PlayPolicy, StreamSource } from "#shared/mesh/catalog";
import { type HttpApp, takeConnection } from "#shared/net/http";
import { endNow, endSoon, type Socket, SocketSink } from "#shared/net/socket";
import { flvForm } from "./flv-form.ts";

export type HttpFlvOptions = {
	access: Access;
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
	const { access, source, events } = options;
	http.get<{ Params: { app: string; name: string } }>("/:app/:name.flv", async (request, reply) => {
		if (!options.isOpen()) return reply.code(503).type("text/plain").send("this edge is being stopped\n");
		const { app, name } = request.params;
		const key = streamKey(app, name);
		const address = request.ip;
		const refuse = (outcome: "bad-name" | "pipelined" | ViewerRefusal["outcome"], code: number, why: string) => {
			events.playRefused(`${app}/${name}`.slice(0, 200), address, outcome);
			return reply.code(code).type("text/plain").send(`${why}\n`);
		};
		if (!key) return refuse("bad-name", 404, `there is no stream ${app}/${name}`);
		const asked = accessOf(request, { action: "play", key, protocol: "http-flv" });
		const viewer = new HttpViewer(request.raw.socket);
		if (request.method === "HEAD") {
			const refusal = await viewer.mayKnow(asked, options);
			if (refusal) return refuse(refusal.outcome, refusal.code, refusal.why);
			reply.hijack();
			reply.raw.writeHead(200, HEAD).end();
			return reply;
		}
		const socket = takeConnection(reply.raw);
		if (!socket) return refuse("pipelined", 400, "ask for a stream on a connection of its own");
		reply.header("Connection", "close");
		const entered = await viewer.enter(asked, { access, source });
		if (entered.type === "refused") return refuse(entered.outcome, entered.code, entered.why);
		reply.hijack();
		reply.raw.removeHeader("Transfer-Encoding");
		reply.raw.writeHead(200, HEAD).flushHeaders();
		play({ key, app, address, socket, viewer, lease: entered.lease }, options);
		return reply;
	});
}

type Playing = {
	key: StreamKey;
	app: string;
	address: string;
	socket: Socket;
	viewer: HttpViewer;
	lease: Lease;
};

/** Plays until either side ends it. Never throws. */
function play({ key, app, address, socket, viewer, lease }: Playing, { events, policy }: HttpFlvOptions): void {
	if (viewer.gone.aborted) {
		lease.release();
		return;
	}
	events.playAccepted(key, address, "viewer");
	let reader: Reader | undefined;
	viewer.gone.addEventListener("abort", () => {
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
		viewer.reader = reader;
	} catch (error) {
		events.errorContained("http-flv", error, { key, address });
		endNow(socket, "a mistake of ours");
	}
}
