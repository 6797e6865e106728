import type { FastifyReply, FastifyRequest } from "#shared/net/http";
import { endNow } from "#shared/net/socket";
import { cut, readRange } from "./range.ts";
import type { Page } from "./showing.ts";
import type { Visit } from "./visits.ts";

/** Who does not take an answer in this time does not play it; its bytes would be kept beyond the window for it. */
const MAX_ANSWER_MS = 30_000;
/** A playlist is asked for again as soon as it changes; what it names never changes. */
const CHANGES = "no-cache";
const NEVER_CHANGES = "public, max-age=86400, immutable";

type Exchange = { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly visit: Visit };

/** Answers with one sentence for programs and people. */
export const refuse = (reply: FastifyReply, code: number, why: string): FastifyReply =>
	reply
		.code(code)
		.header("Cache-Control", "no-store")
		.headers(code === 503 ? { "Retry-After": "1" } : {})
		.type("application/json")
		.send({ error: why });

/** Answers with a playlist. */
export function sendPage(
	{ request, reply, visit }: Exchange,
	{ plain, zipped, etag }: Page,
	type: string,
): FastifyReply {
	const isZipped = /\bgzip\b/.test(`${request.headers["accept-encoding"] ?? ""}`);
	const bytes = isZipped ? zipped : plain;
	const head = { ETag: etag, "Cache-Control": CHANGES, Vary: "Accept-Encoding" };
	reply.hijack();
	const { raw } = reply;
	if (request.headers["if-none-match"] === etag) raw.writeHead(304, head).end();
	else {
		raw.writeHead(200, {
			...head,
			"Content-Type": type,
			"Content-Length": bytes.length,
			...(isZipped && { "Content-Encoding": "gzip" }),
		});
		raw.end(bytes);
		if (request.method !== "HEAD") visit.bytesOut += bytes.length;
	}
	return bounded(reply);
}

/** Answers with bytes that never change, or the range of them that is asked for. */
export function sendBytes(
	{ request, reply, visit }: Exchange,
	{ parts, name, type }: { readonly parts: readonly Uint8Array[]; readonly name: string; readonly type: string },
): FastifyReply {
	const length = parts.reduce((sum, part) => sum + part.length, 0);
	const etag = `"${name}-${length}"`;
	const { range: wanted, "if-range": onlyIf, "if-none-match": noneOf } = request.headers;
	const range = onlyIf === undefined || onlyIf === etag ? readRange(wanted, length) : undefined;
	const head = { ETag: etag, "Cache-Control": NEVER_CHANGES, "Accept-Ranges": "bytes", "Content-Type": type };
	const { raw } = reply;
	reply.hijack();
	if (noneOf === etag) raw.writeHead(304, head).end();
	else if (range === "none") raw.writeHead(416, { ...head, "Content-Range": `bytes */${length}` }).end();
	else {
		const { first, last } = range ?? { first: 0, last: length - 1 };
		const contentRange = range && { "Content-Range": `bytes ${first}-${last}/${length}` };
		raw.writeHead(range ? 206 : 200, { ...head, ...contentRange, "Content-Length": last + 1 - first });
		if (request.method !== "HEAD") visit.bytesOut += write(raw, range ? cut(parts, range) : parts);
		raw.end();
	}
	return bounded(reply);
}

/** Writes several buffers at once; how many bytes they are. */
function write(raw: FastifyReply["raw"], parts: readonly Uint8Array[]): number {
	raw.cork();
	for (const part of parts) raw.write(part);
	raw.uncork();
	return parts.reduce((sum, { length }) => sum + length, 0);
}

/** An answer that gets longer while its segment does: `push` what has come, then `end`. */
export function growingAnswer({ reply, visit }: Exchange, type: string) {
	reply.hijack();
	const { raw } = reply;
	raw.writeHead(200, { "Cache-Control": NEVER_CHANGES, "Content-Type": type });
	return {
		push(bytes: Uint8Array): void {
			raw.write(bytes);
			visit.bytesOut += bytes.length;
		},
		end(): FastifyReply {
			raw.end();
			return bounded(reply);
		},
		/** Its end will not come: the peer is to notice. */
		tear: (why: string): void => endNow(raw.socket ?? raw.req.socket, why),
	};
}

/** Ends the connection of an answer that is not taken. */
function bounded(reply: FastifyReply): FastifyReply {
	const { raw } = reply;
	if (raw.writableFinished) return reply;
	const timer = setTimeout(() => endNow(raw.req.socket, "an answer that is not read"), MAX_ANSWER_MS);
	raw.once("close", () => clearTimeout(timer));
	return reply;
}
