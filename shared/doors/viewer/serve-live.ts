import type { Access } from "#shared/access/admission";
import { accessOf, type Protocol } from "#shared/access/request";
import { type StreamKey, streamKey } from "#shared/base/names";
import type { Events } from "#shared/base/runtime";
import type { HeaderSet } from "#shared/media/headers";
import type { WireForm } from "#shared/media/stream";
import type { Lease, PlayPolicy, StreamSource } from "#shared/mesh/catalog";
import { type HttpApp, takeConnection } from "#shared/net/http";
import { endNow, endSoon, type Socket, SocketSink } from "#shared/net/socket";
import { HttpViewer, type ViewerRefusal } from "./http-viewer.ts";

/** What a door over HTTP stands on. */
export type LiveOptions = {
	access: Access;
	source: StreamSource;
	policy: PlayPolicy;
	events: Events;
	/** Whether viewers are let in at present. */
	isOpen(): boolean;
};

/** A live stream as an HTTP answer without end. */
export type LiveAnswer = {
	readonly protocol: Protocol;
	/** What stands behind `/<app>/<name>`, with its dot. */
	readonly suffix: string;
	readonly contentType: string;
	readonly form: WireForm;
	/** The codec in a stream's headers that the form has no room for. */
	misfitAmong?(headers: HeaderSet): string | undefined;
};

/** No length and no chunks, so that shared batches go to the socket as they are. */
const headOf = ({ contentType }: LiveAnswer) => ({
	"Content-Type": contentType,
	"Cache-Control": "no-store",
	Connection: "close",
});

/** Adds `GET` and `HEAD` of `/<app>/<name><suffix>`; the stream is the last answer of its connection. */
export function serveLive(http: HttpApp, answer: LiveAnswer, options: LiveOptions): void {
	const { access, source, events } = options;
	const head = headOf(answer);
	http.get<{ Params: { app: string; name: string } }>(`/:app/:name${answer.suffix}`, async (request, reply) => {
		if (!options.isOpen()) return reply.code(503).type("text/plain").send("this edge is being stopped\n");
		const { app, name } = request.params;
		const key = streamKey(app, name);
		const address = request.ip;
		type Outcome = "bad-name" | "pipelined" | "codec" | ViewerRefusal["outcome"];
		const refuse = (outcome: Outcome, code: number, why: string) => {
			events.playRefused(`${app}/${name}`.slice(0, 200), address, outcome);
			return reply.code(code).type("text/plain").send(`${why}\n`);
		};
		if (!key) return refuse("bad-name", 404, `there is no stream ${app}/${name}`);
		const asked = accessOf(request, { action: "play", key, protocol: answer.protocol });
		const viewer = new HttpViewer(request.raw.socket);
		if (request.method === "HEAD") {
			const refusal = await viewer.mayKnow(asked, options);
			if (refusal) return refuse(refusal.outcome, refusal.code, refusal.why);
			reply.hijack();
			reply.raw.writeHead(200, head).end();
			return reply;
		}
		const socket = takeConnection(reply.raw);
		if (!socket) return refuse("pipelined", 400, "ask for a stream on a connection of its own");
		reply.header("Connection", "close");
		const entered = await viewer.enter(asked, { access, source });
		if (entered.type === "refused") return refuse(entered.outcome, entered.code, entered.why);
		const { lease } = entered;
		const misfit = answer.misfitAmong?.(lease.hub.headers());
		if (misfit !== undefined) {
			lease.release();
			return refuse("codec", 415, `${answer.protocol} has no room for ${misfit}, which ${key} is made with`);
		}
		reply.hijack();
		reply.raw.removeHeader("Transfer-Encoding");
		reply.raw.writeHead(200, head).flushHeaders();
		play({ key, app, address, socket, viewer, lease, answer }, options);
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
	answer: LiveAnswer;
};

/** Plays until either side ends it. Never throws. */
function play({ key, app, address, socket, viewer, lease, answer }: Playing, { events, policy }: LiveOptions): void {
	if (viewer.gone.aborted) {
		lease.release();
		return;
	}
	events.playAccepted(key, address, "viewer");
	viewer.gone.addEventListener("abort", () => {
		viewer.reader?.leave();
		lease.release();
	});
	try {
		viewer.reader = lease.hub.join({
			form: answer.form,
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
		events.errorContained(answer.protocol, error, { key, address });
		endNow(socket, "a mistake of ours");
	}
}
