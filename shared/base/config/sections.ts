import { z } from "zod";
import { isNodeId, parseStreamKey, type StreamKey } from "#shared/base/names";
import { isAppName } from "./address.ts";
import { parseAdvertise } from "./advertised.ts";
import { bytes, count, field, LIVE, listenHost, listenHostOr, millis, port, portOr, secret, text } from "./field.ts";

const NAME = "1 to 64 letters, digits, _ or -";
const MIB = 1024 * 1024;
/** 128 bits of key when it is random text: below it, guessing gets cheap. */
export const MIN_KEY_LENGTH = 16;
/** Beyond it fewer writes save little CPU and a live stream is just late. */
const MAX_DELAY_MS = 350;

const name = () => z.string().refine(isNodeId);

const nodeSection = z.strictObject({
	id: field(name().exactOptional(), NAME, "Name of this node in the mesh.", { unset: "<role>-<host name>" }),
	group: field(name().exactOptional(), NAME, "Server group this node belongs to.", { unset: "the node's id" }),
	rank: field(
		z.enum(["primary", "secondary"]).default("primary"),
		"primary or secondary",
		"Place of this node in its group.",
	),
});

const clusterSection = z.strictObject({
	name: field(name().default("default"), NAME, "Meshes of different names share a NATS without meeting."),
	key: secret(
		`at least ${MIN_KEY_LENGTH} characters`,
		"Secret all nodes share; they prove it to one another, it is never sent.",
		MIN_KEY_LENGTH,
	),
	keyFile: text("the path of a file", "File that holds the key."),
});

const tlsSection = z.strictObject({
	caFile: text("the path of a PEM file", "Authority that signed the NATS servers' certificates."),
	certFile: text("the path of a PEM file", "Client certificate for NATS."),
	keyFile: text("the path of a PEM file", "Key of the client certificate."),
});

const NATS_URL = /^(?:(?:nats|tls):\/\/)?[^\s,/@]+\/?$/;

const natsSection = z.strictObject({
	servers: field(
		z.array(z.string().regex(NATS_URL)).default(["nats://127.0.0.1:4222"]),
		"a list of URLs such as nats://127.0.0.1:4222 (user and password stand in keys of their own), or false for none",
		"NATS servers to try; false for a node that works without.",
	),
	user: text("a user name", "User for NATS."),
	password: secret("text", "Password for NATS."),
	token: secret("text", "Token for NATS."),
	nkeySeed: secret("an nkey seed", "NKey seed for NATS."),
	nkeySeedFile: text("the path of a file", "File that holds the NKey seed."),
	credsFile: text("the path of a file", "Credentials file for NATS (JWT and seed)."),
	tls: tlsSection.prefault({}),
});

const advertise = (want: string, about: string, scheme: "rtmp" | "http") =>
	field(
		z
			.string()
			.refine((value) => parseAdvertise(value, scheme) !== undefined)
			.exactOptional(),
		want,
		about,
		{ unset: "the listening address" },
	);

const rtmpSection = z.strictObject({
	host: listenHost("Address to listen on for RTMP."),
	port: port(1935, "Port to listen on for RTMP; 0 takes a free one."),
	advertise: advertise(
		"a host, host:port or rtmp://host:port to dial",
		"What other nodes dial to reach this one.",
		"rtmp",
	),
});

const httpSection = z.strictObject({
	host: listenHost("Address to listen on for HTTP."),
	port: port(8080, "Port to listen on for HTTP; 0 takes a free one."),
	advertise: advertise("a host, host:port or http://host:port to dial", "Where others find this node's HTTP.", "http"),
});

const adminSection = z.strictObject({
	host: listenHostOr("loopback", "Address to listen on for /api and /metrics, which are open to whoever reaches it."),
	port: portOr(
		"that of http where it listens on loopback, otherwise the next one",
		"Port to listen on for /api and /metrics; that of http: one listener for both.",
	),
});

const LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

const logSection = z.strictObject({
	level: field(z.enum(LEVELS).default("info"), `one of ${LEVELS.join(", ")}`, "How much is logged.", LIVE),
	pretty: field(
		z.union([z.literal("auto"), z.boolean()]).default("auto"),
		"auto, true or false",
		"Lines for people instead of JSON; auto: when stderr is a terminal.",
	),
});

const limitsSection = z.strictObject({
	connections: count(10_000, "Connections open at once."),
	connectionsPerAddress: count(
		1000,
		"Connections open at once from one address; a hundred viewers may sit behind one NAT.",
	),
	streams: count(10_000, "Streams carried at once."),
	handshakeMs: millis(5000, "Time a connection has for its handshake.", 100),
	connectMs: millis(10_000, "Time a connection has until it plays or publishes.", 100),
	historyBytes: bytes(32 * MIB, "Packets kept of each stream for those who join or resume.", 64 * 1024),
	readerBytes: bytes(4 * MIB, "Queue of a slow reader before groups of pictures are skipped.", 64 * 1024),
	evictMs: millis(10_000, "Time a reader may take nothing of what waits for it before it is closed.", 100),
});

const delayMs = z.int().min(0).max(MAX_DELAY_MS);
const DELAY = `whole milliseconds from 0 to ${MAX_DELAY_MS}`;

const viewersSection = z.strictObject({
	delayMs: field(
		delayMs.default(20),
		DELAY,
		"How long packets for viewers are gathered into one write, at most.",
		LIVE,
	),
});

/** Shorter ones cost more requests than they save delay, and numbers would rise faster than those of a restarted origin begin. */
const MIN_SEGMENT_MS = 1000;
const MAX_SEGMENT_MS = 20_000;
const segmentMs = z.int().min(MIN_SEGMENT_MS).max(MAX_SEGMENT_MS);
const SEGMENT = `whole milliseconds from ${MIN_SEGMENT_MS} to ${MAX_SEGMENT_MS}`;

const segmentsSection = z.strictObject({
	segmentMs: field(
		segmentMs.default(2000),
		SEGMENT,
		"Length of segments, at least: one ends with the first keyframe from there on. Where streams are published this decides for all nodes.",
	),
	partMs: millis(500, "Length of parts, at most; players of low latency stay about three parts behind.", 100, 2000),
	windowSegments: count(12, "Whole segments kept of a stream that is watched as HLS or DASH.", 3, 1000),
	windowBytes: bytes(64 * MIB, "Segments kept of such a stream, together; past it the oldest go.", MIB),
	lingerMs: millis(
		30_000,
		"Who has asked for no segment this long watches no more; a stream nobody watches is not packaged.",
		1000,
	),
});

const apps = field(
	z
		.record(
			z.string().refine(isAppName),
			z.strictObject({ delayMs: delayMs.exactOptional(), segmentMs: segmentMs.exactOptional() }),
		)
		.default({}),
	`app names, each with delayMs (${DELAY}) or segmentMs (${SEGMENT})`,
	"Settings of single apps, such as {live: {delayMs: 100, segmentMs: 4000}}.",
	LIVE,
);

/** What every role has. */
export const commonShape = {
	node: nodeSection.prefault({}),
	cluster: clusterSection.prefault({}),
	nats: natsSection.prefault({}),
	rtmp: rtmpSection.prefault({}),
	http: httpSection.prefault({}),
	admin: adminSection.prefault({}),
	log: logSection.prefault({}),
	limits: limitsSection.prefault({}),
	viewers: viewersSection.prefault({}),
	segments: segmentsSection.prefault({}),
	apps,
	drainMs: millis(8000, "Time readers have to move elsewhere when the service is told to stop."),
};

const publishSection = z.strictObject({
	idleMs: millis(5000, "A publisher silent this long may be replaced by another."),
	silentMs: millis(1000, "A stream without a frame this long is offered to nobody until the next one comes.", 50),
	graceMs: millis(5000, "A stream whose publisher went away waits this long for its return."),
});

/** What an origin has besides. */
export const originShape = { publish: publishSection.prefault({}) };

const staticStreams = z
	.array(
		z.string().transform((key, context): StreamKey => {
			const parsed = parseStreamKey(key);
			if (parsed === undefined) context.addIssue({ code: "custom" });
			return parsed ?? z.NEVER;
		}),
	)
	.default([]);

/** What an intermediate and an edge have besides; the upstreams are read on their own. */
export const relayShape = {
	upstreams: field(
		z.unknown().optional(),
		"a list of groups such as {label: server1, primary: 10.1.1.5, secondary: 10.1.1.6}, {hostIni: FILE}, {discover: [origin]} or discover",
		"Whom to pull from: groups of servers, a host.ini, or the tiers whose nodes announce themselves.",
	),
	idleMs: millis(1000, "An upstream without media this long is given up.", 50),
	waitMs: millis(2000, "Time upstreams have to answer a play.", 50),
	keepMs: millis(5000, "A stream nobody reads is kept pulled this long."),
	lingerMs: millis(5000, "Readers are held this long while no upstream has their stream."),
	standby: count(1, "Further upstreams that play along, ready to take over; 0 dials them when needed.", 0, 16),
	failback: field(
		z.enum(["never", "auto"]).default("never"),
		"never or auto",
		"Return to a better upstream: at the next failure, or by itself once it has been well for holdMs.",
		LIVE,
	),
	holdMs: millis(30_000, "How long a better upstream must be well before an automatic return."),
	static: field(staticStreams, "a list of streams such as live/news", "Streams that are pulled always."),
};

/** More processes than any machine of today has cores for. */
const MAX_WORKERS = 64;

/** What an edge has besides. */
export const edgeShape = {
	workers: field(
		z.union([z.int().min(1).max(MAX_WORKERS), z.literal("auto")]).default(1),
		`auto or a whole number from 1 to ${MAX_WORKERS}`,
		"Processes that share the ports; auto: one for each core.",
	),
};
