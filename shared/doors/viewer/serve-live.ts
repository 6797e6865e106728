import type { Access } from "#shared/access/admission";
import { type AccessRequest, accessOf } from "#shared/access/request";
import type { Clock } from "#shared/base/clock";
import type { ProtocolError } from "#shared/base/errors";
import { type StreamKey, streamKey } from "#shared/base/names";
import type { Events } from "#shared/base/runtime";
import type { Lease, PlayPolicy, StreamSource } from "#shared/mesh/catalog";
import { type HttpApp, takeConnection } from "#shared/net/http";
import { endNow, type Socket, SocketSink } from "#shared/net/socket";
import { HttpViewer, type ViewerRefusal } from "./http-viewer.ts";
import { type LiveAnswer, type Way, wayOf } from "./way.ts";
import { attend } from "./websocket.ts";

/** What a door over HTTP stands on. */
export type LiveOptions = {
	access: Access;
	source: StreamSource;
	policy: PlayPolicy;
	events: Events;
	clock: Clock;
	/** Whether viewers are let in at present. */
	isOpen(): boolean;
};

/** Why a request is not served, the header lines of that answer with it. */
type Refused = {
	readonly outcome: "bad-name" | "pipelined" | "handshake" | "codec" | ViewerRefusal["outcome"];
	readonly code: number;
	readonly why: string;
	readonly head?: Readonly<Record<string, string>>;
};

/** Adds `GET` and `HEAD` of `/<app>/<name><suffix>`; the stream is the last answer of its connection. */
export function serveLive(http: HttpApp, answer: LiveAnswer, options: LiveOptions): void {
	http.get<{ Params: { app: string; name: string } }>(`/:app/:name${answer.suffix}`, async (request, reply) => {
		if (!options.isOpen()) return reply.code(503).send({ error: "this edge is being stopped" });
		const { app, name } = request.params;
		const key = streamKey(app, name);
		const address = request.ip;
		const refuse = ({ outcome, code, why, head = {} }: Refused) => {
			options.events.playRefused(`${app}/${name}`.slice(0, 200), address, outcome);
			return reply.code(code).headers(head).send({ error: why });
		};
		if (!key) return refuse({ outcome: "bad-name", code: 404, why: `there is no stream ${app}/${name}` });
		const way = wayOf(request, answer);
		if (way.type === "refused") return refuse(way);
		const asked = accessOf(request, { action: "play", key, protocol: way.protocol });
		const viewer = new HttpViewer(request.raw.socket, way.farewell);
		if (request.method === "HEAD") {
			const refusal = await viewer.mayKnow(asked, options);
			if (refusal) return refuse(refusal);
			reply.hijack();
			reply.raw.writeHead(way.status, way.head).end();
			return reply;
		}
		const socket = takeConnection(reply.raw);
		if (!socket) return refuse({ outcome: "pipelined", code: 400, why: "ask for a stream on a connection of its own" });
		reply.header("Connection", "close");
		const entered = await enter(viewer, asked, { answer, options });
		if (entered.type === "refused") return refuse(entered);
		reply.hijack();
		reply.raw.removeHeader("Transfer-Encoding");
		reply.raw.writeHead(way.status, way.head).flushHeaders();
		play({ key, app, address, socket, viewer, lease: entered.lease, way }, options);
		return reply;
	});
}

type Wanted = { readonly answer: LiveAnswer; readonly options: LiveOptions };

/** Lets a viewer in to a stream that the answer has room for. */
async function enter(viewer: HttpViewer, asked: AccessRequest, { answer, options }: Wanted) {
	const entered = await viewer.enter(asked, options);
	if (entered.type === "refused") return entered;
	const misfit = answer.misfitAmong?.(entered.lease.hub.headers());
	if (misfit === undefined) return entered;
	entered.lease.release();
	const why = `${asked.protocol} has no room for ${misfit}, which ${asked.key} is made with`;
	return { type: "refused", outcome: "codec", code: 415, why } as const;
}

type Playing = {
	key: StreamKey;
	app: string;
	address: string;
	socket: Socket;
	viewer: HttpViewer;
	lease: Lease;
	way: Way;
};

/** Plays until either side ends it. Never throws. */
function play({ key, app, address, socket, viewer, lease, way }: Playing, options: LiveOptions): void {
	const { events, policy, clock } = options;
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
			form: way.form,
			delayMs: policy.viewerDelayMs(app),
			sink: new SocketSink(socket),
			bounds: policy.bounds,
			onEvict: (reason) => {
				events.readerEvicted(key, address, reason);
				endNow(socket, `a reader that is ${reason}`);
			},
			onEnd: (reason) => viewer.finish(options.isOpen() ? "over" : "leaving", `the stream is over: ${reason}`),
		});
		if (way.status === 101) {
			const onFault = ({ reason, message }: ProtocolError) =>
				events.connectionClosed(true, { address, reason, message: `a viewer of ${key} ${message}` });
			attend(socket, viewer, { clock, onFault });
		}
	} catch (error) {
		events.errorContained(way.protocol, error, { key, address });
		endNow(socket, "a mistake of ours");
	}
}
