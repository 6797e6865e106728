import { Access } from "#shared/access/admission";
import { openToAll, type Policy } from "#shared/access/request";
import { type Clock, systemClock } from "#shared/base/clock";
import { advertisedUrl, type Config, type Settings } from "#shared/base/config";
import {
	createEvents,
	createLogger,
	createMetrics,
	type Events,
	type Logger,
	loadMeter,
	type Metrics,
	observe,
	type Scope,
} from "#shared/base/runtime";
import { serveSessions } from "#shared/doors/api";
import {
	type Directory,
	type DirectoryOptions,
	MemoryBus,
	type NodeInfo,
	newIncarnation,
	openMemoryDirectory,
	openNatsDirectory,
} from "#shared/mesh/control";
import type { Identity } from "#shared/mesh/node-link";
import { type HttpServer, listenHttp } from "#shared/net/http";
import { listenRtmp, type RtmpListener } from "#shared/net/rtmp";
import { openFilesLimit } from "#shared/net/socket";
import type { Ready, Siblings } from "#shared/node/workers";
import { allSessions } from "./all-sessions.ts";
import { type Caution, cautions } from "./cautions.ts";
import { observeAccess } from "./observe-access.ts";
import { serveMetrics, serveProbes } from "./probes.ts";
import { VERSION } from "./version.ts";

/** What every service is built on. The scope that it was opened with owns all of it. */
export type Node = {
	readonly info: NodeInfo;
	readonly identity: Identity;
	readonly clock: Clock;
	readonly log: Logger;
	readonly metrics: Metrics;
	readonly events: Events;
	readonly directory: Directory;
	/** Admission and the sessions of clients. */
	readonly access: Access;
	readonly rtmp: RtmpListener;
	/** The HTTP server for viewers. */
	readonly http: HttpServer;
	/** The HTTP server for operators; equal to `http` if one listener serves both. */
	readonly admin: HttpServer;
	/** The address of `admin`, such as `http://127.0.0.1:8081`. */
	readonly adminUrl: string;
	/** Resolves when this node is asked over the control plane to drain and stop. */
	readonly drainAsked: Promise<void>;
	/** The node accepts no new clients. Set by `drain`. */
	isDraining: boolean;
	/** Other processes that share its ports. */
	readonly siblings: Siblings | undefined;
	/** Warnings to log at the start. */
	readonly cautions: readonly Caution[];
};

/** Parts that a caller may replace, for meshes inside one process. */
export type NodeOptions = {
	/** Tells the nodes whose streams this node needs. */
	follow: (info: NodeInfo) => boolean;
	log?: Logger | undefined;
	/** Other processes that share its ports. */
	siblings?: Siblings | undefined;
	/** Decides who may publish and play. Default: everybody. */
	policy?: Policy | undefined;
	/** Replaces NATS. */
	openDirectory?: ((options: DirectoryOptions) => Directory) | undefined;
};

/** Opens log, metrics, ports and directory. The doors stay closed until the service opens them. */
export async function openNode(settings: Settings<Config>, scope: Scope, options: NodeOptions): Promise<Node> {
	const { config } = settings;
	const clock = systemClock;
	const { id, group, rank } = config.node;
	const log = options.log ?? createLogger({ ...config.log, node: id });
	settings.onChange(() => {
		log.level = config.log.level;
	});
	const metrics = createMetrics({ node: id, role: config.role });
	const events = createEvents(log, metrics);
	const { limits } = config;
	const onRefused = (reason: string, address: string) => events.connectionRefused(reason, address);

	const rtmp = scope.use(await listenRtmp({ ...config.rtmp, clock, limits, onRefused }));
	const onUnheard = (address: string) => events.requestUnheard(address);
	const onFailed = (error: Error, path: string) => events.errorContained("http-request", error, { path });
	const common = { limits, onRefused, onUnheard, onFailed };
	const isForPages = config.role === "edge";
	const http = scope.use(await listenHttp({ name: "http", ...config.http, isForPages, ...common }));
	const admin =
		config.admin &&
		scope.use(await listenHttp({ name: "http for admin", ...config.admin, isForPages: false, ...common }));
	const info: NodeInfo = {
		id,
		role: config.role,
		group,
		rank,
		rtmp: advertisedUrl("rtmp", config.rtmp, rtmp.port),
		http: advertisedUrl("http", config.http, http.port),
		incarnation: newIncarnation(),
		version: VERSION,
	};
	let askDrain: () => void = () => {};
	const drainAsked = new Promise<void>((resolve) => {
		askDrain = resolve;
	});
	const directoryOptions: DirectoryOptions = {
		onDrain: () => askDrain(),
		cluster: config.cluster.name,
		self: info,
		follow: options.follow,
		load: loadMeter(),
		clock,
		log,
		count: (event, reason = "") => metrics.control.inc({ event, reason }),
	};
	const directory = scope.use(openDirectory(config, options, directoryOptions));

	observe(metrics, "connections", "Open RTMP connections.", () => rtmp.connections);
	observe(metrics, "nodes", "Other nodes known.", () => directory.nodes().length);
	observe(metrics, "control_plane_up", "1 while the control plane answers.", () =>
		directory.state === "live" ? 1 : 0,
	);
	const access = new Access(clock, options.policy ?? openToAll);
	observeAccess(metrics, { sessions: access.sessions, waiting: () => access.waiting });
	const { key } = config.cluster;
	const identity = key === undefined ? { id } : { id, key };
	const node: Node = {
		info,
		identity,
		clock,
		log,
		metrics,
		events,
		directory,
		access,
		rtmp,
		http,
		admin: admin ?? http,
		adminUrl: config.admin && admin ? advertisedUrl("http", config.admin, admin.port) : info.http,
		drainAsked,
		isDraining: false,
		siblings: options.siblings,
		cautions: cautions(config, info, openFilesLimit()),
	};
	options.siblings?.show("metrics", () => metrics.registry.metrics());
	for (const { app } of new Set([http, node.admin])) serveProbes(app, { directory, isDraining: () => node.isDraining });
	serveMetrics(node.admin.app, metrics, options.siblings);
	serveSessions(node.admin.app, allSessions(node.access.sessions, options.siblings));
	return node;
}

function openDirectory(config: Config, options: NodeOptions, directoryOptions: DirectoryOptions): Directory {
	if (options.openDirectory) return options.openDirectory(directoryOptions);
	if (config.nats.servers.length > 0) return openNatsDirectory(config.nats, directoryOptions);
	return openMemoryDirectory(new MemoryBus(directoryOptions.clock), directoryOptions);
}

/** Opens the doors, and tells the process that started this one where it listens. */
export async function openDoors(node: Node, accept: Parameters<RtmpListener["open"]>[0]): Promise<void> {
	node.rtmp.open(accept);
	await Promise.all([...new Set([node.http, node.admin])].map((server) => server.open()));
	const { id, role, rtmp, http } = node.info;
	const admin = node.adminUrl;
	for (const { about, message } of node.cautions) node.log.warn(about, message);
	node.log.info({ role, rtmp, http, admin }, "listening");
	process.send?.({ event: "ready", id, role, rtmp, http, admin } satisfies Ready);
}
