import type { Advertise } from "./advertised.ts";
import type { Values } from "./roles.ts";
import type { UpstreamTable } from "./server-groups.ts";

/** What a service is in the mesh. */
export type Role = "origin" | "intermediate" | "edge";

type Listen = { readonly host: string; readonly port: number; readonly advertise?: Advertise };

/** How NATS is reached. No servers means: work without. Secrets and files are as the client takes them, paths absolute. */
export type NatsConfig = {
	readonly servers: readonly string[];
	readonly user?: string;
	readonly password?: string;
	readonly token?: string;
	readonly nkeySeed?: string;
	readonly credsFile?: string;
	readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
};

/** What every service is told; units are in the names, and `configReference` describes each key. */
export type CommonConfig = {
	readonly node: { readonly id: string; readonly group: string; readonly rank: "primary" | "secondary" };
	/** Without a key only loopback is in use. */
	readonly cluster: { readonly name: string; readonly key?: string };
	readonly nats: NatsConfig;
	readonly rtmp: Listen;
	readonly http: Listen;
	/** Where /api and /metrics are, if not beside what viewers reach. */
	readonly admin?: Pick<Listen, "host" | "port">;
	readonly log: { readonly level: Values["origin"]["log"]["level"]; readonly pretty: boolean };
	readonly limits: Readonly<Values["origin"]["limits"]>;
	readonly viewers: { readonly delayMs: number };
	readonly segments: Readonly<Values["origin"]["segments"]>;
	/** Settings of single apps by name; a map, since a peer chooses the name that is looked up. */
	readonly apps: ReadonlyMap<string, Readonly<Values["origin"]["apps"][string]>>;
	/** How long readers may take to move elsewhere when the service stops. */
	readonly drainMs: number;
};

/** What an origin is told. */
export type OriginConfig = CommonConfig & {
	readonly role: "origin";
	readonly publish: Readonly<Values["origin"]["publish"]>;
};

type Pulling = Pick<
	Values["relay"],
	"idleMs" | "waitMs" | "keepMs" | "lingerMs" | "standby" | "failback" | "holdMs" | "static"
>;

/** What intermediate and edge are told alike. */
export type RelayConfig = CommonConfig & Readonly<Pulling> & { readonly upstreams: UpstreamTable };

/** What an intermediate is told. */
export type IntermediateConfig = RelayConfig & { readonly role: "intermediate" };

/** What an edge is told. */
export type EdgeConfig = RelayConfig & Readonly<Pick<Values["edge"], "workers">> & { readonly role: "edge" };

/** What any service is told; `role` says which. */
export type Config = OriginConfig | IntermediateConfig | EdgeConfig;

/** The configuration of one role. */
export type ConfigOf<R extends Role> = Extract<Config, { role: R }>;

/** How long packets for viewers of `app` are gathered into one write. */
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
