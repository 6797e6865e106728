import { expect, test } from "vitest";
import type { Origin } from "../../services/origin/origin.ts";
import { demoClip, framesOf } from "../support/clip.ts";
import { FLAWLESS, judge } from "../support/frame-judge.ts";
import { TestMesh } from "../support/mesh.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { TestPublisher, TestViewer } from "../support/rtmp-peer.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { TempFolder } from "../support/temp-folder.ts";

const source = demoClip();
const IDLE_MS = 1_000;
/** Tells a switch from a wait on a busy machine: hot is far below `idleMs`, cold not far above it. */
const HOT_MS = 600;
const COLD_MS = IDLE_MS + 1_000;

/** The longest wait for a packet since a moment, as a viewer feels it. */
function watchStall(viewer: TestViewer) {
	let longest = 0;
	let seen = viewer.packets.length;
	let at = performance.now();
	const timer = setInterval(() => {
		const now = performance.now();
		longest = Math.max(longest, now - at);
		if (viewer.packets.length === seen) return;
		seen = viewer.packets.length;
		at = now;
	}, 2);
	return {
		get longest() {
			return longest;
		},
		[Symbol.dispose]: () => clearInterval(timer),
	};
}

/**
 * Two origins behind proxies, as the servers of what is configured, an encoder for each, and an edge. The edge knows the
 * origins by the proxies' addresses alone, which is what it is with servers that are not ours.
 */
async function stage(mesh: TestMesh, upstreams: (one: string, two: string) => string, standby: number) {
	const origins = { o1: await mesh.origin("o1"), o2: await mesh.origin("o2") };
	const proxies = { o1: await TcpProxy.open(origins.o1.rtmp), o2: await TcpProxy.open(origins.o2.rtmp) };
	const host = ({ url }: TcpProxy) => new URL(url).host;
	const text = upstreams(host(proxies.o1), host(proxies.o2));
	const edge = await mesh.edge("e1", { text: `{upstreams: ${text}, standby: ${standby}, waitMs: 10000}` });
	return { origins, proxies, edge };
}

const subscriptionOf = (edge: Awaited<ReturnType<TestMesh["edge"]>>) => [...edge.relay.streams.values()][0];

const TABLES = [
	["one group", (one: string, two: string) => `[{label: server1, primary: '${one}', secondary: '${two}'}]`],
	["two groups", (one: string, two: string) => `[{label: a, primary: '${one}'}, {label: b, primary: '${two}'}]`],
] as const;

test.for(TABLES.flatMap(([name, table]) => [1, 0].map((standby) => ({ name, table, standby }))))(
	"$name of foreign servers, standby $standby: the server on air is frozen, and viewers go on with the other",
	async ({ table, standby }) => {
		await using mesh = new TestMesh();
		const { origins, proxies, edge } = await stage(mesh, table, standby);
		await using _one = proxies.o1;
		await using _two = proxies.o2;
		using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
		const urls = [origins.o1, origins.o2].map(({ rtmp }) => `${rtmp}/live/cam`);
		using _encoder = await PacedEncoder.start(urls, source);
		const steady = () => subscriptionOf(edge)?.state.servers.filter(({ state }) => state === "steady");
		await expect.poll(steady, { timeout: 10_000 }).toHaveLength(1 + standby);
		const first = subscriptionOf(edge)?.upstream;
		const before = framesOf(viewer.packets).length;
		using stall = watchStall(viewer);
		(first === new URL(proxies.o1.url).host ? proxies.o1 : proxies.o2).freeze();
		await expect.poll(() => subscriptionOf(edge)?.upstream, { timeout: 5_000 }).not.toBe(first);
		await expect.poll(() => framesOf(viewer.packets).length, { timeout: 5_000 }).toBeGreaterThan(before + 100);
		expect(stall.longest).toBeLessThan(standby > 0 ? HOT_MS : COLD_MS);
		expect(judge(source, viewer.packets, { ended: false })).toMatchObject(FLAWLESS);
	},
);

/** An encoder for each origin that sends the same; `hang` stops one whose connection stays. */
async function encoders(origins: Record<"o1" | "o2", Origin>) {
	const ids = ["o1", "o2"] as const;
	const publishers = {
		o1: new TestPublisher(`${origins.o1.rtmp}/live/cam`),
		o2: new TestPublisher(`${origins.o2.rtmp}/live/cam`),
	};
	await Promise.all(ids.map((id) => publishers[id].ready));
	const hung = new Set<string>();
	const started = performance.now();
	let sent = 0;
	const timer = setInterval(() => {
		const due = source.slice(sent).filter(({ time }) => time <= performance.now() - started);
		sent += due.length;
		for (const id of ids) if (!hung.has(id)) publishers[id].send(due);
	}, 5);
	return {
		hang: (id: string) => hung.add(id),
		[Symbol.dispose]: () => {
			clearInterval(timer);
			for (const id of ids) publishers[id][Symbol.dispose]();
		},
	};
}

/** The ways to say the same group in a configuration, beside a group of another label whose servers are there already. */
const GROUPS = [
	["upstreams", () => "{upstreams: [{label: server1, primary: o1, secondary: o2}]"],
	[
		"the same servers in two groups",
		() => "{upstreams: [{label: server1, primary: o1, secondary: o2}, {label: server2, primary: o2, secondary: o1}]",
	],
	["a host.ini", (folder: TempFolder) => `{upstreams: {hostIni: ${folder.write("host.ini", "server1 o1;o2\n")}}`],
	[
		"a host.ini with primaries equal to secondaries",
		(folder: TempFolder) => `{upstreams: {hostIni: ${folder.write("host.ini", "server1 o1;o1\nserver2 o2;o2\n")}}`,
	],
	["discover", () => "{upstreams: {discover: [origin]}"],
] as const;

test.for(GROUPS.flatMap(([name, text]) => [1, 0].map((standby) => ({ name, text, standby }))))(
	"$name, standby $standby: the encoder of the server on air hangs with its connection up, and viewers go on with the other",
	async ({ text, standby }) => {
		using folder = new TempFolder();
		await using mesh = new TestMesh();
		const origins = {
			o1: await mesh.origin("o1", { text: "node: {group: server1}" }),
			o2: await mesh.origin("o2", { text: "node: {group: server1, rank: secondary}" }),
		};
		const edge = await mesh.edge("e1", { text: `${text(folder)}, standby: ${standby}, waitMs: 10000}` });
		using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
		using playing = await encoders(origins);
		const states = () => subscriptionOf(edge)?.state.servers.map(({ state }) => state) ?? [];
		await expect
			.poll(() => states().filter((state) => state === "steady"), { timeout: 10_000 })
			.toHaveLength(1 + standby);
		expect(states()).toHaveLength(2);
		const first = subscriptionOf(edge)?.upstream ?? "";
		const before = framesOf(viewer.packets).length;
		using stall = watchStall(viewer);
		playing.hang(first);
		await expect.poll(() => subscriptionOf(edge)?.upstream, { timeout: 5_000 }).not.toBe(first);
		await expect.poll(() => framesOf(viewer.packets).length, { timeout: 5_000 }).toBeGreaterThan(before + 150);
		expect(stall.longest).toBeLessThan(standby > 0 ? HOT_MS : COLD_MS);
		expect(judge(source, viewer.packets, { ended: false })).toMatchObject(FLAWLESS);
	},
);

test("viewers of a stream whose only encoder hangs are told that it is over, though its server has old frames in store", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	await using proxy = await TcpProxy.open(origin.rtmp);
	const up = `{label: up, primary: '${new URL(proxy.url).host}'}`;
	const edge = await mesh.edge("e1", { text: `{upstreams: [${up}], idleMs: 200, lingerMs: 1000, waitMs: 10000}` });
	using publisher = new TestPublisher(`${origin.rtmp}/live/cam`);
	await publisher.ready;
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	publisher.send(source.filter(({ time }) => time < 1000));
	await expect.poll(() => viewer.packets.length).toBeGreaterThan(0);
	await expect.poll(() => viewer.ended?.message, { timeout: 5_000 }).toMatch("UnpublishNotify");
});

test.for([1, 0])(
	"one group, standby %i: the server on air is killed, and viewers go on with the other",
	async (standby) => {
		await using mesh = new TestMesh();
		const origins = { o1: await mesh.origin("o1"), o2: await mesh.origin("o2") };
		const group = "{label: server1, primary: o1, secondary: o2}";
		const edge = await mesh.edge("e1", { text: `{upstreams: [${group}], standby: ${standby}, waitMs: 10000}` });
		using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
		using _encoder = await PacedEncoder.start(
			Object.values(origins).map(({ rtmp }) => `${rtmp}/live/cam`),
			source,
		);
		await expect.poll(() => subscriptionOf(edge)?.state.live).toHaveLength(1 + standby);
		await expect.poll(() => framesOf(viewer.packets).length).toBeGreaterThan(50);
		const first = subscriptionOf(edge)?.upstream === "o1" ? "o1" : "o2";
		const before = framesOf(viewer.packets).length;
		using stall = watchStall(viewer);
		await origins[first][Symbol.asyncDispose]();
		await expect.poll(() => framesOf(viewer.packets).length, { timeout: 5_000 }).toBeGreaterThan(before + 100);
		expect(stall.longest).toBeLessThan(HOT_MS);
		expect(judge(source, viewer.packets, { ended: false })).toMatchObject(FLAWLESS);
	},
);

test.for([1, 0])("one group, standby %i: the server on air drains, and is left without a gap", async (standby) => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	const relays = { i1: await mesh.intermediate("i1"), i2: await mesh.intermediate("i2") };
	const group = "{label: server1, primary: i1, secondary: i2}";
	const edge = await mesh.edge("e1", { text: `{upstreams: [${group}], standby: ${standby}, waitMs: 10000}` });
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	using _encoder = await PacedEncoder.start([`${origin.rtmp}/live/cam`], source);
	await expect.poll(() => subscriptionOf(edge)?.state.live).toHaveLength(1 + standby);
	const first = subscriptionOf(edge)?.upstream === "i1" ? "i1" : "i2";
	await expect.poll(() => framesOf(viewer.packets).length).toBeGreaterThan(50);
	using stall = watchStall(viewer);
	await relays[first].drain(new AbortController().signal);
	await relays[first][Symbol.asyncDispose]();
	const before = framesOf(viewer.packets).length;
	await expect.poll(() => framesOf(viewer.packets).length, { timeout: 5_000 }).toBeGreaterThan(before + 50);
	expect(subscriptionOf(edge)?.upstream).toBe(first === "i1" ? "i2" : "i1");
	expect(stall.longest).toBeLessThan(HOT_MS);
	expect(judge(source, viewer.packets, { ended: false })).toMatchObject(FLAWLESS);
});

test("a silence far up is ended by who stands next to it: below, nobody changes servers", async () => {
	await using mesh = new TestMesh();
	// The origins tell nobody: what ends the silence is that it is noticed.
	const origins = {
		o1: await mesh.origin("o1", { text: "publish: {silentMs: 60000}" }),
		o2: await mesh.origin("o2", { text: "publish: {silentMs: 60000}" }),
	};
	const upstreams = "upstreams: [{label: server1, primary: o1, secondary: o2}]";
	for (const id of ["i1", "i2"]) await mesh.intermediate(id, { text: `{${upstreams}, standby: 0}` });
	const edge = await mesh.edge("e1", { text: "{upstreams: {discover: [intermediate]}, standby: 0, waitMs: 10000}" });
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	using playing = await encoders(origins);
	const steady = () => subscriptionOf(edge)?.state.servers.filter(({ state }) => state === "steady");
	await expect.poll(steady, { timeout: 10_000 }).toHaveLength(1);
	const before = framesOf(viewer.packets).length;
	playing.hang("o1");
	await expect.poll(() => framesOf(viewer.packets).length, { timeout: 5_000 }).toBeGreaterThan(before + 150);
	expect(subscriptionOf(edge)?.history.records).toHaveLength(0);
	expect(judge(source, viewer.packets, { ended: false })).toMatchObject(FLAWLESS);
});
