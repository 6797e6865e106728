import { expect, test } from "vitest";
import type { EdgeConfig } from "./config.ts";
import { keysOf } from "./keys.ts";
import { readConfig } from "./read-config.ts";
import { Settings } from "./settings.ts";

const edge = (text: string): EdgeConfig => readConfig("edge", { text, env: {}, hostname: "h", tty: false });

test("owners of a section see live keys change, and keys that need a restart stay and are named", () => {
	const settings = new Settings(edge(""));
	const { config } = settings;
	const { limits } = config;
	let changes = 0;
	const stop = settings.onChange(() => changes++);
	const next = edge("{limits: {connections: 5}, idleMs: 70, rtmp: {port: 7}, workers: 2, apps: {live: {delayMs: 9}}}");
	expect(settings.change(next)).toEqual({
		live: ["limits.connections", "apps", "idleMs"],
		restart: ["rtmp.port", "workers"],
	});
	expect([limits.connections, config.idleMs, config.apps.get("live")]).toEqual([5, 70, { delayMs: 9 }]);
	expect([config.rtmp.port, config.workers]).toEqual([1935, 1]);
	stop();
	expect(settings.change(next).restart).toEqual(["rtmp.port", "workers"]);
	expect(settings.change(edge(""))).toEqual({ live: ["limits.connections", "apps", "idleMs"], restart: [] });
	expect(changes).toBe(1);
});

test("where nodes are, whom they trust and whom they pull from need a restart; all else is live", () => {
	const restart = keysOf("edge").filter(({ note }) => !note.live);
	const sections = new Set(restart.map(({ path }) => path.split(".")[0]));
	expect([...sections]).toEqual([
		"node",
		"cluster",
		"nats",
		"rtmp",
		"http",
		"admin",
		"log",
		"segments",
		"upstreams",
		"static",
		"workers",
	]);
	expect(restart.filter(({ path }) => path.startsWith("log.")).map(({ path }) => path)).toEqual(["log.pretty"]);
});
