import { Catalog, WaitingRoom } from "#shared/catalog";
import { type EdgeConfig, type IntermediateConfig, viewerDelayMs } from "#shared/config";
import { type PlayPolicy, rtmpDoor, serveHttpFlv } from "#shared/door";
import { drain, type NodeOptions, openDoors, openNode, Traffic } from "#shared/node";
import { observe, observeTotal, Scope, type Service } from "#shared/runtime";
import { isUpstream, pull } from "#shared/upstream";
import { Relay } from "./relay.ts";
import type { RelayedStream } from "./relayed-stream.ts";
import { serveSubscriptions } from "./serve-subscriptions.ts";

/** A running intermediate or edge. */
export type RelayService = Service & {
	readonly rtmp: string;
	readonly http: string;
	readonly admin: string;
	readonly relay: Relay;
};

/** Which doors a relay has: an intermediate serves nodes, an edge serves viewers. */
export type RelayDoors = {
	players: "anyone" | "nodes";
	/** Whether other nodes may pull from here, and so are told what it offers. */
	announces: boolean;
	httpFlv: boolean;
};

type Options = Omit<NodeOptions, "follow">;

/** Intermediate and edge are one core with different doors; assembled in order: log and ports, catalog, relay, doors. */
export async function startRelay(
	config: IntermediateConfig | EdgeConfig,
	doors: RelayDoors,
	options: Options = {},
): Promise<RelayService> {
	const scope = new Scope();
	try {
		const node = await openNode(config, scope, {
			...options,
			follow: (info) => isUpstream(config.upstreams, info),
		});
		const { clock, events, metrics, directory, identity } = node;
		const catalog = new Catalog(clock, doors.announces ? directory : undefined);
		const traffic = new Traffic();
		const relay = scope.use(
			new Relay({
				self: node.info.id,
				table: config.upstreams,
				directory,
				catalog,
				clock,
				events,
				standby: config.standby,
				holdMs: config.failback === "auto" ? config.holdMs : undefined,
				staticStreams: config.static,
				limits: config.limits,
				times: config,
				pull: (key, server, to) =>
					pull({
						key,
						server,
						resume: to.resume,
						self: identity,
						clock,
						idleMs: config.idleMs,
						firstMediaMs: config.waitMs + config.idleMs,
						onLive: to.onLive,
						onFlowing: to.onFlowing,
						onLost: to.onLost,
						onPacket: (packet) => {
							traffic.note(packet);
							to.onPacket(packet);
						},
					}),
			}),
		);
		const room = new WaitingRoom({ source: relay, catalog, clock, waitMs: config.waitMs });
		observe(metrics, "waiting_plays", "Plays that wait for a stream nobody offers.", () => room.size);
		observeTotal(
			metrics,
			"waits_refused",
			"Plays refused since too many wait for streams nobody offers.",
			() => room.refused,
		);
		observe(metrics, "streams", "Streams being pulled.", () => relay.streams.size);
		const overStreams = (count: (stream: RelayedStream) => number) => () =>
			[...relay.streams.values()].reduce((sum, stream) => sum + count(stream), 0);
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

		const policy: PlayPolicy = {
			bounds: { queueBytes: config.limits.readerBytes, evictMs: config.limits.evictMs },
			viewerDelayMs: (app) => viewerDelayMs(config, app),
		};
		serveSubscriptions(node.admin.app, relay);
		if (doors.httpFlv) serveHttpFlv(node.http.app, { source: room, policy, events, isOpen: () => !node.isDraining });
		await openDoors(
			node,
			rtmpDoor({ self: identity, role: config.role, clock, source: room, players: doors.players, policy, events }),
		);
		traffic.observe(metrics, relay);
		return {
			rtmp: node.info.rtmp,
			http: node.info.http,
			admin: node.adminUrl,
			relay,
			drainAsked: node.drainAsked,
			drain: (noTime) => drain(node, config.drainMs, () => relay.readers, noTime),
			[Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
		};
	} catch (error) {
		await scope[Symbol.asyncDispose]();
		throw error;
	}
}
