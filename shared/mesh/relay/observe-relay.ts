import { type Metrics, observe, observeTotal } from "#shared/base/runtime";
import type { Catalog, WaitingRoom } from "#shared/mesh/catalog";
import type { Relay } from "./relay.ts";
import type { RelayedStream } from "./relayed-stream.ts";

/** Adds metrics about what a relay pulls and offers, and about plays that wait. */
export function observeRelay(metrics: Metrics, relay: Relay, room: WaitingRoom, catalog: Catalog): void {
	const overStreams = (count: (stream: RelayedStream) => number) => () =>
		[...relay.streams.values()].reduce((sum, stream) => sum + count(stream), 0);
	observe(metrics, "waiting_plays", "Plays that wait for a stream nobody offers.", () => room.size);
	observeTotal(
		metrics,
		"waits_refused",
		"Plays refused since too many wait for streams nobody offers.",
		() => room.refused,
	);
	observe(
		metrics,
		"streams",
		"Streams carried here: published at an origin, pulled at a relay.",
		() => relay.streams.size,
	);
	observe(
		metrics,
		"upstreams_live",
		"Upstreams that bring media, over all streams.",
		overStreams(({ state }) => state.live.length),
	);
	observe(
		metrics,
		"upstream_actors",
		"Subscriptions and the servers they have asked, over all streams.",
		overStreams(({ actors }) => actors),
	);
	observe(metrics, "streams_offered", "Streams that can be had here.", () => catalog.size);
}
