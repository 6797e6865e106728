import { parseStreamKey, type StreamKey } from "#shared/base/names";
import type { Relay, RelayedStream } from "#shared/mesh/relay";
import type { HttpApp } from "#shared/net/http";

/**
 * Adds `/api/v1/subscriptions`, all streams pulled here and where each stands, and `/api/v1/subscriptions/<app>/<name>`,
 * one of them with its last switches, oldest first. Both are JSON. The switches of all streams in one answer would be
 * megabytes, so the list only counts them.
 */
export function serveSubscriptions(app: HttpApp, relay: Pick<Relay, "streams">): void {
	app.get("/api/v1/subscriptions", () => [...relay.streams].map(([key, stream]) => summary(key, stream)));
	app.get<{ Params: { app: string; name: string } }>("/api/v1/subscriptions/:app/:name", (request, reply) => {
		const wanted = `${request.params.app}/${request.params.name}`;
		const key = parseStreamKey(wanted);
		const stream = key && relay.streams.get(key);
		if (!stream) return reply.code(404).send({ error: `${wanted} is not pulled here` });
		return reply.send({ ...summary(key, stream), switches: stream.history.records });
	});
}

/** `state` searching, on-air or over; `upstream` the server on air; then ids of servers, and each with its group and state. */
function summary(key: StreamKey, { state, upstream, hub, codecs, history }: RelayedStream) {
	return { key, ...state, upstream: upstream ?? null, readers: hub.readers, codecs, switched: history.total };
}
