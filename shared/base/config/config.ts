import type { Advertise } from "./advertised.ts";
import type { Values } from "./roles.ts";
import type { UpstreamTable } from "./server-groups.ts";

/** What a service is in the mesh. */
export type Role = "origin" | "intermediate" | "edge";

type Listen = { readonly host: string; readonly port: number; readonly advertise?: Advertise };

/** How to reach NATS. Without servers the node works without NATS. Paths are absolute. */
export type NatsConfig = {
	readonly servers: readonly string[];
	readonly user?: string;
	readonly password?: string;
	readonly token?: string;
	readonly nkeySeed?: string;
	readonly credsFile?: string;
	readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
};

/** The configuration that all services share. Units are in the names. `configReference` describes each key. */
export type CommonConfig = {
	readonly node: { readonly id: string; readonly group: string; readonly rank: "primary" | "secondary" };
	/** Without a key a node uses loopback only. */
	readonly cluster: { readonly name: string; readonly key?: string };
	readonly nats: NatsConfig;
	readonly rtmp: Listen;
	readonly http: Listen;
	/** The listener of /api and /metrics, if it is not the HTTP listener. */
	readonly admin?: Pick<Listen, "host" | "port">;
	readonly log: { readonly level: Values["origin"]["log"]["level"]; readonly pretty: boolean };
	readonly limits: Readonly<Values["origin"]["limits"]>;
	readonly viewers: { readonly delayMs: number };
	readonly segments: Readonly<Values["origin"]["segments"]>;
	/** Settings of single apps by name. A map is safe to ask for any name, and peers choose the name. */
	readonly apps: ReadonlyMap<string, Readonly<Values["origin"]["apps"][string]>>;
	/** Time that readers have to move to another node when the service stops. */
	readonly drainMs: number;
};

/** The configuration of an origin. */
export type OriginConfig = CommonConfig & {
	readonly role: "origin";
	readonly publish: Readonly<Values["origin"]["publish"]>;
};

type Pulling = Pick<
	Values["relay"],
	"idleMs" | "waitMs" | "keepMs" | "lingerMs" | "standby" | "failback" | "holdMs" | "static"
>;

/** What the configurations of intermediate and edge share. */
export type RelayConfig = CommonConfig & Readonly<Pulling> & { readonly upstreams: UpstreamTable };

/** The configuration of an intermediate. */
export type IntermediateConfig = RelayConfig & { readonly role: "intermediate" };

/** The configuration of an edge. */
export type EdgeConfig = RelayConfig & Readonly<Pick<Values["edge"], "workers">> & { readonly role: "edge" };

/** The configuration of any service; `role` says which one. */
export type Config = OriginConfig | IntermediateConfig | EdgeConfig;

/** The configuration of one role. */
export type ConfigOf<R extends Role> = Extract<Config, { role: R }>;

/** How long packets for viewers of `app` are collected into one write. */
export function viewerDelayMs(config: CommonConfig, app: string): number {
	return config.apps.get(app)?.delayMs ?? config.viewers.delayMs;
}

/** How long the segments of `app`'s streams are, at least. */
export function segmentMs(config: CommonConfig, app: string): number {
	return config.apps.get(app)?.segmentMs ?? config.segments.segmentMs;
}

/** How the streams of `app` are packaged into segments and parts, and how much of them is kept. */
export function packaging(config: CommonConfig, app: string): Omit<CommonConfig["segments"], "lingerMs"> {
	const { partMs, windowSegments, windowBytes } = config.segments;
	return { segmentMs: segmentMs(config, app), partMs, windowSegments, windowBytes };
}
