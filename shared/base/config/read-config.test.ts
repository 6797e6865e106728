import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ConfigError } from "#shared/base/errors";
import { viewerDelayMs } from "./config.ts";
import { readConfig } from "./read-config.ts";

const KEY = "a secret of some length";
const folder = mkdtempSync(join(tmpdir(), "millrace-config-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
	const path = join(folder, name);
	writeFileSync(path, text);
	return path;
};
const keyFile = file("cluster.key", `${KEY}\n`);
file("host.ini", "server1 127.0.0.1;127.0.0.2 live\n");

const origin = (text: string, env: Record<string, string> = {}) =>
	readConfig("origin", { text, env, hostname: "h", tty: false });
const edge = (text: string, env: Record<string, string> = {}) =>
	readConfig("edge", { text, env, hostname: "h", tty: false });

test("an origin with nothing said", () => {
	expect(readConfig("origin", { env: {}, hostname: "media 1.example.org", tty: true })).toEqual({
		role: "origin",
		node: { id: "origin-media-1-example-org", group: "origin-media-1-example-org", rank: "primary" },
		cluster: { name: "default" },
		nats: { servers: ["nats://127.0.0.1:4222"] },
		rtmp: { host: "127.0.0.1", port: 1935 },
		http: { host: "127.0.0.1", port: 8080 },
		log: { level: "info", pretty: true },
		limits: {
			connections: 10_000,
			connectionsPerAddress: 1000,
			streams: 10_000,
			handshakeMs: 5000,
			connectMs: 10_000,
			historyBytes: 33_554_432,
			readerBytes: 4_194_304,
			evictMs: 10_000,
		},
		viewers: { delayMs: 20 },
		segments: { segmentMs: 2000, partMs: 500, windowSegments: 12, windowBytes: 67_108_864, lingerMs: 30_000 },
		apps: new Map(),
		drainMs: 8000,
		publish: { idleMs: 5000, silentMs: 1000, graceMs: 5000 },
	});
});

test("an edge with nothing said", () => {
	expect(edge("")).toMatchObject({
		role: "edge",
		upstreams: { type: "discover", tiers: [{ role: "intermediate" }, { role: "origin" }] },
		idleMs: 1000,
		waitMs: 2000,
		keepMs: 5000,
		lingerMs: 5000,
		standby: 1,
		failback: "never",
		static: [],
		workers: 1,
	});
});

test.for<{ name: string; text?: string; env?: Record<string, string>; config: object }>([
	{
		name: "the file",
		text: "rtmp: {port: 1936}\nnode: {id: e1}",
		config: { rtmp: { host: "127.0.0.1", port: 1936 }, node: { id: "e1", group: "e1" } },
	},
	{ name: "keys without a value as not written", text: "rtmp:\n  port:\nnats:\n", config: { rtmp: { port: 1935 } } },
	{
		name: "the environment over the file",
		text: "idleMs: 500\nrtmp: {port: 1}",
		env: { MILLRACE_IDLE_MS: "700" },
		config: { idleMs: 700, rtmp: { port: 1 } },
	},
	{
		name: "an empty variable as not set",
		text: "idleMs: 500",
		env: { MILLRACE_IDLE_MS: " " },
		config: { idleMs: 500 },
	},
	{ name: "variables of others", env: { PATH: "/bin", MILLRACES: "x" }, config: { idleMs: 1000 } },
	{
		name: "text that looks like a number",
		env: { MILLRACE_NATS_PASSWORD: "0123", MILLRACE_NODE_ID: "7" },
		config: { nats: { password: "0123" }, node: { id: "7" } },
	},
	{ name: "one NATS URL", text: "nats: nats://a:4222", config: { nats: { servers: ["nats://a:4222"] } } },
	{ name: "a list of NATS URLs", text: "nats: [a, tls://b]", config: { nats: { servers: ["a", "tls://b"] } } },
	{ name: "no NATS", text: "nats: false", config: { nats: { servers: [] } } },
	{ name: "no NATS servers", text: "nats: {servers: false}", config: { nats: { servers: [] } } },
	{
		name: "NATS in a variable",
		text: "nats: {servers: x, user: u}",
		env: { MILLRACE_NATS: "a:1, b:2" },
		config: { nats: { servers: ["a:1", "b:2"], user: "u" } },
	},
	{
		name: "NATS servers with commas",
		env: { MILLRACE_NATS_SERVERS: "a:1,b:2" },
		config: { nats: { servers: ["a:1", "b:2"] } },
	},
	{
		name: "NATS servers as YAML",
		env: { MILLRACE_NATS_SERVERS: '["a:1", b]' },
		config: { nats: { servers: ["a:1", "b"] } },
	},
	{ name: "no NATS by variable", env: { MILLRACE_NATS_SERVERS: "false" }, config: { nats: { servers: [] } } },
	{
		name: "upstreams in a variable",
		env: { MILLRACE_UPSTREAMS: "[{label: a, primary: o1}]" },
		config: { upstreams: { type: "groups", groups: [{ label: "a" }] } },
	},
	{
		name: "streams in a variable",
		env: { MILLRACE_STATIC: "live/a, live/b" },
		config: { static: ["live/a", "live/b"] },
	},
	{ name: "workers in a variable", env: { MILLRACE_WORKERS: "4" }, config: { workers: 4 } },
	{ name: "a worker for each core", env: { MILLRACE_WORKERS: "auto" }, config: { workers: "auto" } },
	{ name: "apps", text: "apps: {live: {delayMs: 100}}", config: { apps: new Map([["live", { delayMs: 100 }]]) } },
	{
		name: "what it advertises",
		text: `rtmp: {advertise: "rtmp://127.0.0.2:5"}`,
		config: { rtmp: { advertise: { host: "127.0.0.2", port: 5 } } },
	},
	{
		name: "a key in a file",
		text: `rtmp: {host: 0.0.0.0}\ncluster: {keyFile: "${keyFile}"}`,
		config: { cluster: { key: KEY } },
	},
	{
		name: "a key by variable over one in a file",
		text: "cluster: {keyFile: gone}",
		env: { MILLRACE_CLUSTER_KEY: KEY },
		config: { cluster: { key: KEY } },
	},
	{
		name: "plain logs at a terminal",
		text: "log: {pretty: false, level: debug}",
		config: { log: { level: "debug", pretty: false } },
	},
])("reads $name", ({ text = "", env = {}, config }) => {
	expect(edge(text, env)).toMatchObject(config);
});

test("paths start at the folder of the file", () => {
	const path = file(
		"edge.yaml",
		"upstreams: {hostIni: host.ini}\ncluster: {keyFile: cluster.key}\nnats: {credsFile: a.creds, tls: {caFile: /ca.pem}}",
	);
	expect(readConfig("edge", { file: path, env: {} })).toMatchObject({
		upstreams: {
			type: "groups",
			groups: [{ label: "server1", primary: { host: "127.0.0.1" }, secondary: { host: "127.0.0.2" } }],
		},
		cluster: { key: KEY },
		nats: { credsFile: join(folder, "a.creds"), tls: { caFile: "/ca.pem" } },
	});
});

test("HTTP may be public and NATS anywhere without a key", () => {
	expect(origin("http: {host: 0.0.0.0, advertise: a.example}\nnats: tls://nats.example").cluster).toEqual({
		name: "default",
	});
});

test.for([
	{ text: "", admin: undefined },
	{ text: "http: {host: 0.0.0.0}", admin: { host: "127.0.0.1", port: 8081 } },
	{ text: "http: {host: 10.0.0.1, port: 80}", admin: { host: "127.0.0.1", port: 81 } },
	{ text: "http: {host: 0.0.0.0, port: 0}", admin: { host: "127.0.0.1", port: 0 } },
	{ text: "http: {host: 0.0.0.0, port: 65535}", admin: { host: "127.0.0.1", port: 65_534 } },
	{ text: "http: {host: 0.0.0.0}\nadmin: {port: 8080}", admin: undefined },
	{ text: "http: {host: 0.0.0.0}\nadmin: {host: 0.0.0.0}", admin: { host: "0.0.0.0", port: 8081 } },
	{ text: "http: {host: 0.0.0.0}\nadmin: {host: 10.0.0.1, port: 9000}", admin: { host: "10.0.0.1", port: 9000 } },
	{ text: "admin: {port: 9000}", admin: { host: "127.0.0.1", port: 9000 } },
	{ text: "http: {host: '::1'}\nadmin: {port: 9000}", admin: { host: "::1", port: 9000 } },
	{ text: "http: {port: 0}\nadmin: {port: 0}", admin: { host: "127.0.0.1", port: 0 } },
])("who runs the service comes in at $admin with $text", ({ text, admin }) => {
	expect(origin(text).admin).toEqual(admin);
});

test("a file that is not there is one sentence", () => {
	const path = join(folder, "gone.yaml");
	expect(() => readConfig("edge", { file: path, env: {} })).toThrow(new ConfigError(`${path}: there is no such file`));
	expect(() => readConfig("edge", { file: folder, env: {} })).toThrow(
		new ConfigError(`${folder}: it cannot be read (EISDIR)`),
	);
});

test("an app without settings has the delay of all viewers, whatever it is called", () => {
	const config = origin("viewers: {delayMs: 30}\napps: {live: {delayMs: 100}}");
	expect(["live", "other", "constructor", "__proto__"].map((app) => viewerDelayMs(config, app))).toEqual([
		100, 30, 30, 30,
	]);
});
