import type { MediaTrack } from "#shared/base/names";
import { goneOf, refuse, type Showing, type Showings, sendPage } from "#shared/doors/segments";
import {
	type Awaited,
	has,
	mediaPlaylistName,
	readDirectives,
	tooFar,
	writeMultivariantPlaylist,
} from "#shared/formats/hls";
import type { FastifyRequest, HttpApp } from "#shared/net/http";

const TYPE = "application/vnd.apple.mpegurl";
/** A request is held this many target durations (rfc8216bis §6.2.5.2). */
const HOLD_TARGETS = 3;

/** Adds `/<app>/<name>/index.m3u8` and the playlists it names, with blocking reload and delta updates. */
export function serveHls(http: HttpApp, showings: Showings): void {
	http.get("/:app/:name/index.m3u8", async (request, reply) => {
		const watched = await showings.watch(request as FastifyRequest, "hls", true);
		if (watched.type === "refused") return refuse(reply, watched.code, watched.why);
		const { showing, visit } = watched;
		const page = showing.page("index", () => writeMultivariantPlaylist(showing.packaged.tracks));
		if (!page) return refuse(reply, 404, "there is no such playlist");
		return sendPage({ request: request as FastifyRequest, reply, visit }, page, TYPE);
	});
	for (const kind of ["video", "audio"] as const) serveMedia(http, showings, kind);
}

function serveMedia(http: HttpApp, showings: Showings, kind: MediaTrack): void {
	http.get(`/:app/:name/${mediaPlaylistName(kind)}`, async (request, reply) => {
		const directives = readDirectives(request.query as Record<string, unknown>);
		if (directives.type === "bad") return refuse(reply, 400, directives.why);
		const watched = await showings.watch(request as FastifyRequest, "hls");
		if (watched.type === "refused") return refuse(reply, watched.code, watched.why);
		const { showing, visit } = watched;
		const { series } = showing;
		if (!series.edge(kind)) return refuse(reply, 404, `there is no ${kind} in this stream`);
		const refusal = directives.type === "wait" && (await hold(showing, { kind, awaited: directives.awaited, request }));
		if (refusal) return refuse(reply, refusal.code, refusal.why);
		const page = showing.page(`${kind}${directives.skip ? " delta" : ""}`, () => series.write(kind, directives.skip));
		if (!page) return refuse(reply, 404, `there is no ${kind} in this stream`);
		return sendPage({ request: request as FastifyRequest, reply, visit }, page, TYPE);
	});
}

/** Holds a request until the playlist has what is awaited; why it is refused, or undefined. */
async function hold(
	{ series, packaged, waits }: Showing,
	{ kind, awaited, request }: { kind: MediaTrack; awaited: Awaited; request: Pick<FastifyRequest, "raw"> },
): Promise<{ code: number; why: string } | undefined> {
	const edge = series.edge(kind);
	if (!edge || series.hasEnded) return undefined;
	const why = tooFar(edge, awaited, packaged.partMs);
	if (why !== undefined) return { code: 400, why };
	const isThere = () => series.hasEnded || has(series.edge(kind) ?? edge, awaited);
	const waiter = { connection: request.raw.socket, signal: goneOf(request.raw.socket) };
	const outcome = await waits.until(isThere, HOLD_TARGETS * series.targetDuration * 1000, waiter);
	if (outcome === "there") return undefined;
	return { code: 503, why: outcome === "busy" ? "too many requests wait: try again" : "it has not come in time" };
}
