import { Catalog } from "#shared/catalog";
import { type OriginConfig, viewerDelayMs } from "#shared/config";
import { type PlayPolicy, rtmpDoor } from "#shared/door";
import { drain, type NodeOptions, openDoors, openNode, Traffic } from "#shared/node";
import { observe, Scope, type Service } from "#shared/runtime";
import { Ingests } from "./ingests.ts";

/** What a running origin shows to whoever started it. */
export type Origin = Service & { readonly rtmp: string; readonly http: string; readonly admin: string };

/** An origin, assembled in order: log and ports, catalog, ingests, doors. It follows nobody. */
export async function startOrigin(config: OriginConfig, options: Omit<NodeOptions, "follow"> = {}): Promise<Origin> {
	const scope = new Scope();
	try {
		const node = await openNode(config, scope, { ...options, follow: () => false });
		const { clock, events, metrics, directory } = node;
		const catalog = new Catalog(clock, directory);
		const traffic = new Traffic();
		const ingests = scope.use(
			new Ingests({
				self: node.info.id,
				clock,
				catalog,
				events,
				limits: config.limits,
				publish: config.publish,
				onPacket: (packet) => traffic.note(packet),
			}),
		);
		observe(metrics, "streams", "Streams published here.", () => ingests.size);

		const policy: PlayPolicy = {
			bounds: { queueBytes: config.limits.readerBytes, evictMs: config.limits.evictMs },
			viewerDelayMs: (app) => viewerDelayMs(config, app),
		};
		const door = rtmpDoor({
			self: node.identity,
			role: config.role,
			clock,
			source: ingests,
			desk: ingests,
			players: "nodes",
			policy,
			events,
		});
		await openDoors(node, door);
		traffic.observe(metrics, ingests);
		return {
			rtmp: node.info.rtmp,
			http: node.info.http,
			admin: node.adminUrl,
			drainAsked: node.drainAsked,
			drain: (noTime) => drain(node, config.drainMs, () => ingests.readers, noTime),
			[Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
		};
	} catch (error) {
		await scope[Symbol.asyncDispose]();
		throw error;
	}
}
