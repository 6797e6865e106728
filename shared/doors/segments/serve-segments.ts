import { type MediaFile, parseMediaFile } from "#shared/base/names";
import type { PackagedSegment } from "#shared/media/package";
import type { FastifyReply, FastifyRequest, HttpApp } from "#shared/net/http";
import { growingAnswer, refuse, sendBytes } from "./answers.ts";
import { goneOf } from "./gone.ts";
import type { Showing } from "./showing.ts";
import type { Showings } from "./showings.ts";
import type { Visit } from "./visits.ts";

/** What is about to be made is waited for so many target durations at most. */
const WAIT_TARGETS = 3;

type Exchange = { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly visit: Visit };

/** Adds the files of all streams: init segments, segments and parts, the same for HLS and DASH. */
export function serveSegments(http: HttpApp, showings: Showings): void {
	http.get<{ Params: { file: string } }>("/:app/:name/:file", async (request, reply) => {
		const file = parseMediaFile(request.params.file);
		if (!file) return refuse(reply, 404, "there is no such file");
		const watched = await showings.watch(request as FastifyRequest, "hls");
		if (watched.type === "refused") return refuse(reply, watched.code, watched.why);
		const { showing, visit } = watched;
		const exchange = { request: request as FastifyRequest, reply, visit };
		if (file.type !== "init") return await sendPiece(exchange, showing, file, request.params.file);
		const bytes = showing.packaged.init(file.id);
		if (!bytes) return refuse(reply, 404, "there is no such init segment");
		return sendBytes(exchange, { parts: [bytes], name: request.params.file, type: typeOf(file) });
	});
}

const typeOf = ({ track }: MediaFile): string => `${track}/mp4`;

/** Sends a segment or a part, which may be one that comes next. */
async function sendPiece(exchange: Exchange, showing: Showing, file: MediaPiece, name: string): Promise<FastifyReply> {
	const { request, reply } = exchange;
	if (!isThere(showing, file) && isNext(showing, file)) {
		const waiter = { connection: request.raw.socket, signal: goneOf(request.raw.socket) };
		const isDecided = () => isThere(showing, file) || !isNext(showing, file);
		const outcome = await showing.waits.until(isDecided, waitMsOf(showing), waiter);
		if (outcome === "busy") return refuse(reply, 503, "too many requests wait: try again");
		if (outcome === "late") return refuse(reply, 503, `${name} has not come in time`);
	}
	const segment = showing.segment(file.track, file.number);
	const parts = file.type === "part" ? segment?.parts.slice(file.part, file.part + 1) : segment?.parts;
	if (!segment || !parts || parts.length === 0) return refuse(reply, 404, `there is no ${name}`);
	if (file.type === "segment" && request.method !== "HEAD" && !isComplete(showing, file, segment)) {
		return await grow(exchange, { showing, file, segment });
	}
	return sendBytes(exchange, { parts: parts.map(({ bytes }) => bytes), name, type: typeOf(file) });
}

const waitMsOf = ({ series }: Showing): number => WAIT_TARGETS * series.targetDuration * 1000;

type MediaPiece = Exclude<MediaFile, { type: "init" }>;

const isThere = (showing: Showing, file: MediaPiece): boolean => {
	const segment = showing.segment(file.track, file.number);
	return file.type === "part" ? segment?.parts[file.part] !== undefined : segment !== undefined;
};

/** Whether it is what is made next: of the segment that grows, or the first of the one behind it. */
function isNext(showing: Showing, file: MediaPiece): boolean {
	const edge = showing.series.edge(file.track);
	if (!edge || showing.packaged.hasEnded) return false;
	const part = file.type === "part" ? file.part : 0;
	if (file.number === edge.msn) return !edge.isWhole && part === edge.part + 1;
	return file.number === edge.msn + 1 && part === 0;
}

/** A segment whose end was lost is as complete as it gets. */
const isComplete = (showing: Showing, { track }: MediaPiece, { isWhole, number }: PackagedSegment): boolean =>
	isWhole || showing.packaged.hasEnded || (showing.series.edge(track)?.msn ?? 0) > number;

/** Sends a segment part by part while it is made. */
async function grow(
	exchange: Exchange,
	{ showing, file, segment }: { showing: Showing; file: MediaPiece; segment: PackagedSegment },
): Promise<FastifyReply> {
	const { socket } = exchange.request.raw;
	const waiter = { connection: socket, signal: goneOf(socket) };
	const answer = growingAnswer(exchange, typeOf(file));
	for (let sent = 0; ; ) {
		for (const { bytes } of segment.parts.slice(sent)) answer.push(bytes);
		sent = segment.parts.length;
		if (isComplete(showing, file, segment)) return answer.end();
		const more = () => segment.parts.length > sent || isComplete(showing, file, segment);
		if ((await showing.waits.until(more, waitMsOf(showing), waiter)) === "there") continue;
		answer.tear(`${file.track}-${file.number}: its end does not come`);
		return exchange.reply;
	}
}
