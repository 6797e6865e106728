import { type RelayConfig, segmentMs } from "#shared/base/config";
import type { MediaPacket } from "#shared/formats/packet";
import type { Identity } from "#shared/mesh/node-link";
import { pull } from "#shared/mesh/upstream";
import { Relay, type RelayOptions } from "./relay.ts";

/** What a relay needs. `onPacket` is called for each incoming packet. */
export type RelayParts = Pick<RelayOptions, "directory" | "catalog" | "clock" | "events"> & {
	readonly identity: Identity;
	onPacket(packet: MediaPacket): void;
};

/** Opens a relay with this configuration that pulls over RTMP. The caller disposes of it. */
export function openRelay(config: RelayConfig, { identity, onPacket, ...parts }: RelayParts): Relay {
	const { clock } = parts;
	return new Relay({
		...parts,
		self: identity.id,
		table: config.upstreams,
		get standby() {
			return config.standby;
		},
		get holdMs() {
			return config.failback === "auto" ? config.holdMs : undefined;
		},
		staticStreams: config.static,
		limits: config.limits,
		times: config,
		segmentMs: (app) => segmentMs(config, app),
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
				onGreeted: to.onGreeted,
				onSegmentRefused: to.onSegmentRefused,
				onPacket: (packet) => {
					onPacket(packet);
					to.onPacket(packet);
				},
			}),
	});
}
