import { type OriginConfig, segmentMs } from "#shared/base/config";
import { assemble, observe } from "#shared/base/runtime";
import { rtmpDoor } from "#shared/doors/rtmp";
import { Catalog, playPolicy } from "#shared/mesh/catalog";
import { type NodeOptions, openDoors, openNode, type Running, running, Traffic } from "#shared/node/service";
import { Ingests } from "./ingests.ts";

/** A running origin. */
export type Origin = Running;

/** An origin: takes publishers in, tells everybody what it has, and serves nodes. It follows nobody. */
export const startOrigin = (config: OriginConfig, options: Omit<NodeOptions, "follow"> = {}): Promise<Origin> =>
	assemble(async (scope) => {
		const node = await openNode(config, scope, { ...options, follow: () => false });
		const { clock, events, metrics, identity, directory, access } = node;

		const traffic = new Traffic();
		const catalog = new Catalog(clock, directory);
		const onPacket = traffic.note.bind(traffic);
		const { limits, publish, role } = config;
		const own = { limits, publish, onPacket, segmentMs: (app: string) => segmentMs(config, app) };
		const ingests = scope.use(new Ingests({ self: identity.id, clock, catalog, events, ...own }));
		observe(metrics, "streams", "Streams published here.", () => ingests.size);
		traffic.observe(metrics, ingests);

		const source = ingests;
		const policy = playPolicy(config);
		const about = { self: identity, role, clock, access, source, desk: ingests, policy, events };
		await openDoors(node, rtmpDoor({ ...about, players: "nodes" }));

		return running(node, scope, config.drainMs, () => ingests.readers);
	});
