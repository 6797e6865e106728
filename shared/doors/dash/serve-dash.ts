import { refuse, type Showings, sendPage } from "#shared/doors/segments";
import { writeManifest } from "#shared/formats/dash";
import type { FastifyRequest, HttpApp } from "#shared/net/http";

const TYPE = "application/dash+xml";
/** Beside the manifest, so that whatever stands before this edge hands it on as well. */
const TIME = "time";

/** Adds `/<app>/<name>/manifest.mpd`, and the time by which its players find the present. */
export function serveDash(http: HttpApp, showings: Showings): void {
	http.get("/:app/:name/manifest.mpd", async (request, reply) => {
		const watched = await showings.watch(request as FastifyRequest, "dash", true);
		if (watched.type === "refused") return refuse(reply, watched.code, watched.why);
		const { showing, visit } = watched;
		const { segmentMs, partMs, hasEnded } = showing.packaged;
		const { periods, windowMs } = showing;
		const page = showing.page("manifest", () =>
			writeManifest({ periods, windowMs, segmentMs, partMs, hasEnded, timeUrl: TIME }),
		);
		if (!page) return refuse(reply, 404, "there is no such manifest");
		return sendPage({ request: request as FastifyRequest, reply, visit }, page, TYPE);
	});
	http.get(`/:app/:name/${TIME}`, (_request, reply) =>
		reply.header("Cache-Control", "no-store").type("text/plain").send(new Date().toISOString()),
	);
}
