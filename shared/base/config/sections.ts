import { z } from "zod";
import { isNodeId, parseStreamKey, type StreamKey } from "#shared/base/names";
import { isAppName } from "./address.ts";
import { parseAdvertise } from "./advertised.ts";
import {
	bytes,
	count,
	field,
	forNew,
	LIVE,
	listenHost,
	listenHostOr,
	millis,
	port,
	portOr,
	secret,
	text,
} from "./field.ts";
import { SEGMENT, segmentMs, segmentsSection } from "./segments-section.ts";

const NAME = "1 to 64 letters, digits, _ or -";
const MIB = 1024 * 1024;
/** Random text of this length has about 128 bits. A shorter key is too easy to guess. */
export const MIN_KEY_LENGTH = 16;
/** A longer delay saves little more CPU and only makes the stream late. */
const MAX_DELAY_MS = 350;

const name = () => z.string().refine(isNodeId);

const nodeSection = z.strictObject({
	id: field(name().exactOptional(), NAME, "Name of this node in the mesh.", { unset: "<role>-<host name>" }),
	group: field(name().exactOptional(), NAME, "Server group that this node belongs to.", { unset: "the node's id" }),
	rank: field(
		z.enum(["primary", "secondary"]).default("primary"),
		"primary or secondary",
		"Rank of this node in its group: children try primaries before secondaries.",
	),
});

const clusterSection = z.strictObject({
	name: field(
		name().default("default"),
		NAME,
		"Name of the mesh. Meshes with different names can share one NATS and do not see each other.",
	),
	key: secret(
		`at least ${MIN_KEY_LENGTH} characters`,
		"Secret that all nodes share. Nodes prove to each other that they know it. It is never sent.",
		MIN_KEY_LENGTH,
	),
	keyFile: text("the path of a file", "File that holds the key."),
});

const tlsSection = z.strictObject({
	caFile: text(
		"the path of a PEM file",
		"Certificate of the authority that signed the certificates of the NATS servers.",
	),
	certFile: text("the path of a PEM file", "Client certificate for NATS."),
	keyFile: text("the path of a PEM file", "Private key of the client certificate."),
});

const NATS_URL = /^(?:(?:nats|tls):\/\/)?[^\s,/@]+\/?$/;

const natsSection = z.strictObject({
	servers: field(
		z.array(z.string().regex(NATS_URL)).default(["nats://127.0.0.1:4222"]),
		"a list of URLs such as nats://127.0.0.1:4222 (user and password have their own keys), or false for none",
		"NATS servers to connect to. false: the node works without NATS.",
	),
	user: text("a user name", "User for NATS."),
	password: secret("text", "Password for NATS."),
	token: secret("text", "Token for NATS."),
	nkeySeed: secret("an nkey seed", "NKey seed for NATS."),
	nkeySeedFile: text("the path of a file", "File that holds the NKey seed."),
	credsFile: text("the path of a file", "Credentials file for NATS (JWT and seed)."),
	tls: tlsSection.prefault({}),
});

const advertise = (allowed: string, about: string, scheme: "rtmp" | "http") =>
	field(
		z
			.string()
			.refine((value) => parseAdvertise(value, scheme) !== undefined)
			.exactOptional(),
		allowed,
		about,
		{ unset: "the listening address" },
	);

const rtmpSection = z.strictObject({
	host: listenHost("Address to listen on for RTMP."),
	port: port(1935, "Port to listen on for RTMP. 0 takes a free port."),
	advertise: advertise(
		"a host, host:port or rtmp://host:port to dial",
		"Address at which other nodes reach this node's RTMP port.",
		"rtmp",
	),
});

const httpSection = z.strictObject({
	host: listenHost("Address to listen on for HTTP."),
	port: port(8080, "Port to listen on for HTTP. 0 takes a free port."),
	advertise: advertise(
		"a host, host:port or http://host:port to dial",
		"Address at which others reach this node's HTTP port.",
		"http",
	),
});

const adminSection = z.strictObject({
	host: listenHostOr("loopback", "Address to listen on for /api and /metrics. They ask for no password."),
	port: portOr(
		"http.port while HTTP listens on loopback, otherwise http.port + 1",
		"Port to listen on for /api and /metrics. With the value of http.port, one listener serves everything.",
	),
});

const LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

const logSection = z.strictObject({
	level: field(
		z.enum(LEVELS).default("info"),
		`one of ${LEVELS.join(", ")}`,
		"Least severe level that is logged.",
		LIVE,
	),
	pretty: field(
		z.union([z.literal("auto"), z.boolean()]).default("auto"),
		"auto, true or false",
		"Log lines for people instead of JSON. auto: for people when stderr is a terminal.",
	),
});

const limitsSection = z.strictObject({
	connections: count(10_000, "Most open connections at once. Further ones are closed."),
	connectionsPerAddress: count(
		1000,
		"Most open connections at once from one address. Many viewers can share one address behind a NAT.",
	),
	streams: count(10_000, "Most streams at once. Further ones are refused."),
	handshakeMs: forNew("connections", millis(5000, "Time a connection has to complete its handshake.", 100)),
	connectMs: forNew("connections", millis(10_000, "Time a connection has until it must publish or play.", 100)),
	historyBytes: forNew(
		"streams",
		bytes(32 * MIB, "Size of the history of each stream. Viewers who join or resume start from it.", 64 * 1024),
	),
	readerBytes: forNew(
		"plays",
		bytes(4 * MIB, "Size of the queue of a slow reader. A fuller queue skips whole groups of pictures.", 64 * 1024),
	),
	evictMs: forNew("plays", millis(10_000, "A reader that takes no data for this long is closed.", 100)),
});

const delayMs = z.int().min(0).max(MAX_DELAY_MS);
const DELAY = `whole milliseconds from 0 to ${MAX_DELAY_MS}`;

const FOR_NEW_PLAYS = { live: "plays" } as const;

const viewersSection = z.strictObject({
	delayMs: field(
		delayMs.default(20),
		DELAY,
		"Longest time for which packets for viewers are collected into one write.",
		FOR_NEW_PLAYS,
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
	"Settings for single apps, such as {live: {delayMs: 100, segmentMs: 4000}}.",
	FOR_NEW_PLAYS,
);

/** The keys that every role has. */
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
	drainMs: millis(8000, "Time that readers have to move to another node when the service is told to stop."),
};

const publishSection = z.strictObject({
	idleMs: forNew(
		"streams",
		millis(5000, "A publisher that sends nothing for this long can be replaced by another publisher."),
	),
	silentMs: forNew(
		"streams",
		millis(1000, "A stream without a frame for this long is withdrawn until its next frame comes.", 50),
	),
	graceMs: forNew("streams", millis(5000, "A stream whose publisher has gone waits this long for a publisher.")),
});

/** The keys that only an origin has. */
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

/** The keys that intermediates and edges have. `upstreams` is only declared here and read by `readUpstreams`. */
export const relayShape = {
	upstreams: field(
		z.unknown().optional(),
		"a list of groups such as {label: server1, primary: 192.0.2.5, secondary: 192.0.2.6}, {hostIni: FILE}, {discover: [origin]} or discover",
		"Servers to pull from: server groups, a host.ini file, or tiers of nodes that are discovered over NATS.",
	),
	idleMs: forNew("pulls", millis(1000, "An upstream that sends no media for this long counts as lost.", 50)),
	waitMs: millis(
		2000,
		"Time that upstreams have to send the first media of a stream. After that the play is refused.",
		50,
	),
	keepMs: forNew("streams", millis(5000, "A stream without readers is still pulled for this long.")),
	lingerMs: forNew("streams", millis(5000, "Readers stay connected for this long while no upstream has their stream.")),
	standby: forNew(
		"streams",
		count(
			1,
			"Number of further upstreams that are pulled at the same time and take over without a gap. 0: another upstream is dialled when one is lost.",
			0,
			16,
		),
	),
	failback: field(
		z.enum(["never", "auto"]).default("never"),
		"never or auto",
		"Return to a preferred upstream. never: only at the next failure. auto: once it has worked for holdMs.",
		{ live: "streams" },
	),
	holdMs: forNew(
		"streams",
		millis(30_000, "Time for which a preferred upstream must work before an automatic return."),
	),
	static: field(
		staticStreams,
		"a list of streams such as live/news",
		"Streams that are always pulled, also without readers.",
	),
};

/** More processes than machines of today have cores. */
const MAX_WORKERS = 64;

/** The keys that only an edge has. */
export const edgeShape = {
	workers: field(
		z.union([z.int().min(1).max(MAX_WORKERS), z.literal("auto")]).default(1),
		`auto or a whole number from 1 to ${MAX_WORKERS}`,
		"Number of processes that share the ports. auto: one for each core.",
	),
};
