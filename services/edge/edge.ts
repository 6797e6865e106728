import { type EdgeConfig, packaging, Settings } from "#shared/base/config";
import { type StreamKey, splitStreamKey } from "#shared/base/names";
import { assemble } from "#shared/base/runtime";
import { serveSubscriptions } from "#shared/doors/api";
import { serveDash } from "#shared/doors/dash";
import { serveHls } from "#shared/doors/hls";
import { serveHttpFlv } from "#shared/doors/http-flv";
import { serveMpegTs } from "#shared/doors/mpegts";
import { rtmpDoor } from "#shared/doors/rtmp";
import { Showings, serveSegments } from "#shared/doors/segments";
import { Catalog, playPolicy, WaitingRoom } from "#shared/mesh/catalog";
import { observeRelay, openRelay, type Relay } from "#shared/mesh/relay";
import { isUpstream } from "#shared/mesh/upstream";
import {
	answerReports,
	type NodeOptions,
	openDoors,
	openNode,
	type Running,
	running,
	Traffic,
} from "#shared/node/service";

/** A running edge. */
export type Edge = Running<EdgeConfig> & { readonly relay: Relay };

/** An edge in one process: pulls from the tiers above, serves viewers, and tells nobody what it has. */
export const startEdge = (given: EdgeConfig, options: Omit<NodeOptions, "follow"> = {}): Promise<Edge> =>
	assemble(async (scope) => {
		const settings = new Settings(given);
		const { config } = settings;
		const node = await openNode(settings, scope, { ...options, follow: (info) => isUpstream(config.upstreams, info) });
		const { clock, events, metrics, identity, directory, access } = node;

		const traffic = new Traffic();
		const catalog = new Catalog(clock);
		const onPacket = traffic.note.bind(traffic);
		const relay = scope.use(openRelay(config, { identity, directory, catalog, clock, events, onPacket }));
		const room = new WaitingRoom({ source: relay, catalog, clock, times: config });
		observeRelay(metrics, relay, room, catalog);
		traffic.observe(metrics, relay);

		const policy = playPolicy(config);
		const { role } = config;
		serveSubscriptions(node.admin.app, relay);
		answerReports(node, relay);
		const isOpen = () => !node.isDraining;
		const live = { access, source: room, policy, events, clock, isOpen };
		serveHttpFlv(node.http.app, live);
		serveMpegTs(node.http.app, live);
		const packagingOf = (key: StreamKey) => packaging(config, splitStreamKey(key).app);
		const { lingerMs } = config.segments;
		const segments = { access, source: room, clock, events, waitMs: config.waitMs, isOpen };
		const showings = scope.use(new Showings({ ...segments, packaging: packagingOf, lingerMs }));
		serveHls(node.http.app, showings);
		serveDash(node.http.app, showings);
		serveSegments(node.http.app, showings);
		const about = { self: identity, role, clock, access, source: room, policy, events };
		await openDoors(node, rtmpDoor({ ...about, players: "anyone" }));

		return { ...running(node, scope, settings, () => relay.readers + showings.viewers), relay };
	});
