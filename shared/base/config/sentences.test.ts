import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { ConfigError } from "#shared/base/errors";
import type { Role } from "./config.ts";
import { readConfig } from "./read-config.ts";

const KEY = "a secret of some length";
const folder = mkdtempSync(join(tmpdir(), "millrace-config-"));
afterAll(() => rmSync(folder, { recursive: true }));
const [keyFile, shortFile] = [join(folder, "cluster.key"), join(folder, "short.key")];
writeFileSync(keyFile, `${KEY}\n`);
writeFileSync(shortFile, "short\n");

const GIVE =
	"make a secret once with `openssl rand -hex 32` and give it to all nodes (as MILLRACE_CLUSTER_KEY, or in a file that cluster.keyFile names)";

test.for<{ role?: Role; text?: string; env?: Record<string, string>; sentences: string[] }>([
	{ text: "rtmp: {port: abc}", sentences: ['rtmp.port: expected a port from 0 to 65535, got "abc"'] },
	{ env: { MILLRACE_RTMP_PORT: "abc" }, sentences: ['MILLRACE_RTMP_PORT: expected a port from 0 to 65535, got "abc"'] },
	{
		text: "rtmp: {port: 65536}\nidleMs: 1.5",
		sentences: [
			"rtmp.port: expected a port from 0 to 65535, got 65536",
			"idleMs: expected whole milliseconds from 50 to 86400000, got 1.5",
		],
	},
	{ text: "rtmp: {prot: 1}", sentences: ["rtmp.prot: unknown key, did you mean port?"] },
	{ text: "qwertz: 1", sentences: ["qwertz: unknown key"] },
	{ text: "publish: {idleMs: 1}", sentences: ["publish: edge has no such key, origin has"] },
	{ role: "origin", text: "idleMs: 1", sentences: ["idleMs: origin has no such key, intermediate has"] },
	{ role: "intermediate", text: "workers: 2", sentences: ["workers: intermediate has no such key, edge has"] },
	{ text: "workers: 0", sentences: ["workers: expected auto or a whole number from 1 to 64, got 0"] },
	{
		text: `{workers: auto, node: {id: ${"e".repeat(61)}}}`,
		sentences: ["node.id: expected at most 60 characters where there are workers"],
	},
	{ text: "rtmp: 1935", sentences: ["rtmp: expected a map of keys, got a number"] },
	{ text: "cluster: hidden words", sentences: ["cluster: expected a map of keys, got a text"] },
	{ text: "cluster: {key: hidden}", sentences: ["cluster.key: expected at least 16 characters"] },
	{
		text: `cluster: {keyFile: "${shortFile}"}`,
		sentences: ["cluster.keyFile: expected at least 16 characters in the file"],
	},
	{
		text: `cluster: {key: "${KEY}", keyFile: "${keyFile}"}`,
		sentences: ["cluster.key: give either cluster.key or cluster.keyFile, not both"],
	},
	{
		text: "cluster: {keyFile: /nowhere/key}",
		sentences: [
			"cluster.keyFile: /nowhere/key: there is no such file; make it once with `openssl rand -hex 32 > FILE` and copy it to every node",
		],
	},
	{
		text: "nats: nats://me:hidden@h",
		sentences: [
			'nats.servers[0]: expected a list of URLs such as nats://127.0.0.1:4222 (user and password have their own keys), or false for none, got "nats://***@h"',
		],
	},
	{ text: "static: [live]", sentences: ['static[0]: expected a list of streams such as live/news, got "live"'] },
	{
		text: "apps: {live: {delayMs: 351}}",
		sentences: [
			"apps.live.delayMs: expected app names, each with delayMs (whole milliseconds from 0 to 350) or segmentMs (whole milliseconds from 1000 to 20000), got 351",
		],
	},
	{
		text: "apps: {live: {delay: 1}}",
		sentences: ["apps.live.delay: unknown key delay, did you mean delayMs?"],
	},
	{
		text: "segments: {segmentMs: 900}",
		sentences: ["segments.segmentMs: expected whole milliseconds from 1000 to 20000, got 900"],
	},
	{
		text: "log: {level: loud}",
		sentences: ['log.level: expected one of fatal, error, warn, info, debug, trace, silent, got "loud"'],
	},
	{
		text: 'http: {host: "127.0.0.1:80"}',
		sentences: ['http.host: expected an IP address or a host name, without a port, got "127.0.0.1:80"'],
	},
	{ env: { MILLRACE_IDEL_MS: "1" }, sentences: ["MILLRACE_IDEL_MS: unknown variable, did you mean MILLRACE_IDLE_MS?"] },
	{
		env: { MILLRACE_PUBLISH_IDLE_MS: "1" },
		sentences: ["MILLRACE_PUBLISH_IDLE_MS: edge has no such setting, origin has"],
	},
	{
		env: { MILLRACE_UPSTREAMS: "[{label: a, primary: x y}]" },
		sentences: [
			'MILLRACE_UPSTREAMS[0].primary: expected a node id, host:port, an IP address or an rtmp:// URL, got "x y"',
		],
	},
	{
		env: { MILLRACE_APPS: "{a: {delayMs: x}}" },
		sentences: [
			'MILLRACE_APPS: expected app names, each with delayMs (whole milliseconds from 0 to 350) or segmentMs (whole milliseconds from 1000 to 20000), got "x"',
		],
	},
	{
		text: "rtmp: {host: 0.0.0.0}",
		sentences: [`cluster.key: needed, because rtmp.host is 0.0.0.0, which is not loopback: ${GIVE}`],
	},
	{
		role: "origin",
		text: "rtmp: {advertise: a.example}",
		sentences: [`cluster.key: needed, because rtmp.advertise is a.example, which is not loopback: ${GIVE}`],
	},
	{
		text: "upstreams: [{label: a, primary: o1, secondary: 10.0.0.1}]",
		sentences: [`cluster.key: needed, because upstream a is 10.0.0.1, which is not loopback: ${GIVE}`],
	},
	{ text: "- a", sentences: ['configuration: expected keys and values such as "rtmp: {port: 1935}"'] },
	{ text: "a: 1\nb: 2\nb: 3", sentences: ["configuration line 3: Map keys must be unique"] },
	{ text: "a: *b", sentences: ["configuration: Unresolved alias (the anchor must be set before the alias): b"] },
])("refuses $text $env", ({ role = "edge", text = "", env = {}, sentences }) => {
	expect(() => readConfig(role, { text, env })).toThrow(new ConfigError(sentences.join("\n")));
});

/** Passes when the text is a configuration, or refused with sentences. */
function isReadOrRefused(role: Role, text: string): void {
	try {
		expect(readConfig(role, { text, env: {} }).role).toBe(role);
	} catch (error) {
		expect(error).toBeInstanceOf(ConfigError);
		expect(String(error)).not.toMatch(/undefined|\[object/);
	}
}

const roles = fc.constantFrom<Role>("origin", "intermediate", "edge");
const names = fc.constantFrom(
	"rtmp",
	"port",
	"nats",
	"servers",
	"tls",
	"upstreams",
	"hostIni",
	"discover",
	"apps",
	"static",
	"__proto__",
	"label",
);
const { tree } = fc.letrec((tie) => ({
	tree: fc.oneof(
		{ maxDepth: 4 },
		fc.jsonValue(),
		fc.array(tie("tree"), { maxLength: 3 }),
		fc.dictionary(names, tie("tree"), { maxKeys: 4 }),
	),
}));

test("any text and any tree is read or refused with sentences", () => {
	fc.assert(fc.property(roles, fc.string(), isReadOrRefused));
	fc.assert(fc.property(roles, tree, (role, value) => isReadOrRefused(role, stringify(value))));
});
