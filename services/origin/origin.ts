import { type OriginConfig, Settings, segmentMs } from "#shared/base/config";
import { assemble, observe } from "#shared/base/runtime";
import { rtmpDoor } from "#shared/doors/rtmp";
import { Catalog, playPolicy } from "#shared/mesh/catalog";
import {
	answerReports,
	type NodeOptions,
	openDoors,
	openNode,
	type Running,
	running,
	Traffic,
} from "#shared/node/service";
import { Ingests } from "./ingests.ts";

/** A running origin. */
export type Origin = Running<OriginConfig>;

/** An origin: takes publishers in, tells everybody what it has, and serves nodes. It follows nobody. */
export const startOrigin = (given: OriginConfig, options: Omit<NodeOptions, "follow"> = {}): Promise<Origin> =>
	assemble(async (scope) => {
		const settings = new Settings(given);
		const { config } = settings;
		const node = await openNode(settings, scope, { ...options, follow: () => false });
		const { clock, events, metrics, identity, directory, access } = node;

		const traffic = new Traffic();
		const catalog = new Catalog(clock, directory);
		const onPacket = traffic.note.bind(traffic);
		const { limits, publish, role } = config;
		const others = {
			ids: () =>
				directory.nodes().flatMap(({ info, suspect }) => (info.role === "origin" && !suspect ? [info.id] : [])),
			ask: directory.askTimeline.bind(directory),
		};
		const own = { others, limits, publish, onPacket, segmentMs: (app: string) => segmentMs(config, app) };
		const ingests = scope.use(new Ingests({ self: identity.id, clock, catalog, events, ...own }));
		directory.answerTimelines((key) => ingests.account(key));
		observe(metrics, "streams", "Streams carried here: published at an origin, pulled at a relay.", () => ingests.size);
		observe(metrics, "streams_offered", "Streams that can be had here.", () => catalog.size);
		traffic.observe(metrics, ingests);

		answerReports(node, ingests);
		const source = ingests;
		const policy = playPolicy(config);
		const about = { self: identity, role, clock, access, source, desk: ingests, policy, events };
		await openDoors(node, rtmpDoor({ ...about, players: "nodes" }));

		return running(node, scope, settings, () => ingests.readers);
	});
