import { type IntermediateConfig, Settings } from "#shared/base/config";
import { assemble } from "#shared/base/runtime";
import { serveSubscriptions } from "#shared/doors/api";
import { rtmpDoor } from "#shared/doors/rtmp";
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

/** A running intermediate. */
export type Intermediate = Running<IntermediateConfig> & { readonly relay: Relay };

/** An intermediate: pulls from the tier above, tells those below what it has, and serves nodes. */
export const startIntermediate = (
	given: IntermediateConfig,
	options: Omit<NodeOptions, "follow"> = {},
): Promise<Intermediate> =>
	assemble(async (scope) => {
		const settings = new Settings(given);
		const { config } = settings;
		const node = await openNode(settings, scope, { ...options, follow: (info) => isUpstream(config.upstreams, info) });
		const { clock, events, metrics, identity, directory, access } = node;

		const traffic = new Traffic();
		const catalog = new Catalog(clock, directory);
		const onPacket = traffic.note.bind(traffic);
		const relay = scope.use(openRelay(config, { identity, directory, catalog, clock, events, onPacket }));
		const room = new WaitingRoom({ source: relay, catalog, clock, times: config });
		observeRelay(metrics, relay, room, catalog);
		traffic.observe(metrics, relay);

		const policy = playPolicy(config);
		const { role } = config;
		serveSubscriptions(node.admin.app, relay);
		answerReports(node, relay);
		const about = { self: identity, role, clock, access, source: room, policy, events };
		await openDoors(node, rtmpDoor({ ...about, players: "nodes" }));

		return { ...running(node, scope, settings, () => relay.readers), relay };
	});
