import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { systemClock } from "#shared/base/clock";
import { encode } from "../../shared/mesh/control/codec.ts";
import { NatsBus } from "../../shared/mesh/control/nats-bus.ts";
import { freePort, startNatsServer } from "../support/nats-server.ts";
import { hasState, knows, names, sees, stream } from "./directory.ts";
import { joinNats, natsPlane } from "./directory-planes.ts";

describe("the server comes and goes", () => {
	test("absent at start, it is waited for, and said so once", async () => {
		const port = await freePort();
		const servers = [`nats://127.0.0.1:${port}`];
		const edge = joinNats({ servers }, "edge-1");
		const origin = joinNats({ servers }, "origin-1");
		try {
			expect(edge.directory.state).toBe("connecting");
			origin.directory.announce(stream("a", "origin-1"));
			await expect.poll(() => edge.warned, { timeout: 5_000 }).toHaveLength(1);
			await using _server = await startNatsServer({ port });
			await knows(edge, "origin-1", ["a"]);
			expect(edge.directory.state).toBe("live");
			expect(edge.warned).toHaveLength(1);
		} finally {
			await edge.directory[Symbol.asyncDispose]();
			await origin.directory[Symbol.asyncDispose]();
		}
	});

	test("killed, everything is kept and nobody is suspected; on return what happened meanwhile is seen within 2 s", async () => {
		await using plane = await natsPlane();
		const edge = plane.open("edge-1");
		const origin = plane.open("origin-1");
		origin.directory.announce(stream("a", "origin-1"));
		await knows(edge, "origin-1", ["a"]);
		await plane.server.stop();
		await hasState(edge).toBe("stale");
		await hasState(origin).toBe("stale");
		origin.directory.announce(stream("b", "origin-1"));
		origin.directory.withdraw(stream("a", "origin-1").key, "over");
		// Longer than the silence that makes a node suspect.
		const stalledAt = performance.now();
		await expect.poll(() => performance.now() - stalledAt, { timeout: 6_000 }).toBeGreaterThan(3_500);
		expect(names(edge, "origin-1")).toEqual(["a"]);
		expect(edge.directory.node("origin-1")?.suspect).toBe(false);
		await plane.server.restart();
		await knows(edge, "origin-1", ["b"], 2_000);
		expect(edge.directory.state).toBe("live");
		expect(edge.changes.filter(({ type }) => type === "node-suspect" || type === "node-gone")).toEqual([]);
		expect(edge.warned).toHaveLength(1);
	});

	test("frozen, it makes the directory stale and nobody suspect; thawed, all goes on", async () => {
		await using plane = await natsPlane();
		const edge = plane.open("edge-1");
		const origin = plane.open("origin-1");
		origin.directory.announce(stream("a", "origin-1"));
		await knows(edge, "origin-1", ["a"]);
		plane.server.pause();
		await hasState(edge).toBe("stale");
		await hasState(origin).toBe("stale");
		// Long enough for the client to give the connection up and to dial a server that answers nothing.
		await expect.poll(() => edge.counted.includes("control-connection:away"), { timeout: 8_000 }).toBe(true);
		origin.directory.announce(stream("b", "origin-1"));
		plane.server.resume();
		await knows(edge, "origin-1", ["a", "b"], 6_000);
		await hasState(edge).toBe("live");
		expect(edge.changes.filter(({ type }) => type === "node-suspect" || type === "node-gone")).toEqual([]);
	});

	test("a second server takes over when the first dies", async () => {
		await using second = await startNatsServer();
		await using first = await startNatsServer();
		const servers = [first.url, second.url];
		const nodes = ["edge-1", "origin-1"].map((id) => joinNats({ servers }, id));
		const [edge, origin] = nodes;
		try {
			if (!edge || !origin) throw new Error("two nodes");
			await hasState(edge).toBe("live");
			origin.directory.announce(stream("a", "origin-1"));
			await first.stop();
			await knows(edge, "origin-1", ["a"]);
		} finally {
			for (const { directory } of nodes) await directory[Symbol.asyncDispose]();
		}
	});

	test.for(["dead", "frozen", "never there"])("closing takes at most a second when the server is %s", async (how) => {
		const server = await startNatsServer();
		if (how === "never there") await server.stop();
		const edge = joinNats({ servers: [server.url] }, "edge-1");
		try {
			if (how !== "never there") await hasState(edge).toBe("live");
			if (how === "dead") await server.stop();
			if (how === "frozen") server.pause();
			const from = performance.now();
			await edge.directory[Symbol.asyncDispose]();
			expect(performance.now() - from).toBeLessThan(1_500);
		} finally {
			await server[Symbol.asyncDispose]();
		}
	});
});

test("closed while it dials a server that never speaks, it leaves no socket behind", async () => {
	const open = new Set<Socket>();
	const silent = createServer((socket) => {
		open.add(socket);
		socket.on("error", () => {}).on("close", () => open.delete(socket));
		socket.resume();
	});
	await once(silent.listen(0, "127.0.0.1"), "listening");
	const { port } = silent.address() as AddressInfo;
	const edge = joinNats({ servers: [`nats://127.0.0.1:${port}`] }, "edge-1");
	try {
		await expect.poll(() => open.size, { timeout: 5_000 }).toBe(1);
		await edge.directory[Symbol.asyncDispose]();
		await expect.poll(() => open.size, { timeout: 6_000 }).toBe(0);
	} finally {
		await edge.directory[Symbol.asyncDispose]();
		for (const socket of open) socket.destroy();
		silent.close();
	}
});

describe("messages are lost or lie", () => {
	test("a lost change heals: a sign of life that is further ahead", async () => {
		await using plane = await natsPlane();
		const edge = plane.open("edge-1");
		const origin = plane.open("origin-1");
		origin.directory.announce(stream("a", "origin-1"));
		await knows(edge, "origin-1", ["a"]);
		const ahead = { node: origin.info, seq: 7, streams: 1, load: 0, draining: false };
		await plane.inject("millrace.test.node.origin-1.alive", encode(ahead));
		await expect.poll(() => edge.counted.includes("control-register:gap")).toBe(true);
		await sees(edge, "origin-1").toMatchObject({ synced: true });
		expect(names(edge, "origin-1")).toEqual(["a"]);
	});

	test("a lost change heals: an event past the next one", async () => {
		await using plane = await natsPlane();
		const edge = plane.open("edge-1");
		const origin = plane.open("origin-1");
		origin.directory.announce(stream("a", "origin-1"));
		await knows(edge, "origin-1", ["a"]);
		const { incarnation } = origin.info;
		const past = { incarnation, seq: 3, stream: stream("past", "origin-1") };
		await plane.inject("millrace.test.node.origin-1.addStream", encode(past));
		await expect.poll(() => edge.counted.includes("control-register:gap")).toBe(true);
		await sees(edge, "origin-1").toMatchObject({ synced: true });
		expect(names(edge, "origin-1")).toEqual(["a"]);
	});

	test("an invented event that looks right is found out by the next sign of life", async () => {
		await using plane = await natsPlane();
		const edge = plane.open("edge-1");
		const origin = plane.open("origin-1");
		await sees(edge, "origin-1").toMatchObject({ synced: true });
		const { incarnation } = origin.info;
		const invented = { incarnation, seq: 1, stream: stream("invented", "origin-1") };
		await plane.inject("millrace.test.node.origin-1.addStream", encode(invented));
		await knows(edge, "origin-1", ["invented"]);
		await knows(edge, "origin-1", []);
	});

	test("a node that does not answer register is asked again, ever more slowly", async () => {
		await using plane = await natsPlane();
		const edge = plane.open("edge-1");
		const node = { ...edge.info, id: "mute", incarnation: "m1" };
		await hasState(edge).toBe("live");
		await plane.inject("millrace.test.node.mute.alive", encode({ node, seq: 4, streams: 2, load: 0, draining: false }));
		const retries = () => edge.counted.filter((one) => one === "control-register:retry").length;
		await expect.poll(retries, { timeout: 5_000 }).toBe(3);
		expect(edge.directory.node("mute")).toMatchObject({ synced: false, streams: 2 });
	});
});

test("nothing is published while the server is away, and a subscription outlives it", async () => {
	await using server = await startNatsServer();
	const heard: string[] = [];
	const bus = new NatsBus(
		{ servers: [server.url] },
		{
			self: joinSelf,
			clock: systemClock,
			log: { info: () => {}, warn: () => {} },
			count: () => {},
		},
	);
	try {
		bus.subscribe("here", ({ payload }) => void heard.push(Buffer.from(payload).toString()));
		await expect.poll(() => bus.connected, { timeout: 5_000 }).toBe(true);
		await server.stop();
		await expect.poll(() => bus.connected, { timeout: 5_000 }).toBe(false);
		bus.publish("here", Buffer.from("lost"));
		await server.restart();
		await expect.poll(() => bus.connected, { timeout: 5_000 }).toBe(true);
		await using other = await connect({ servers: [server.url] });
		other.publish("here", "after");
		await expect.poll(() => heard).toEqual(["after"]);
	} finally {
		await bus[Symbol.asyncDispose]();
	}
});

const joinSelf = {
	id: "edge-1",
	role: "edge",
	group: "edges",
	rank: "primary",
	rtmp: "rtmp://127.0.0.1:1935",
	http: "http://127.0.0.1:8080",
	incarnation: "one",
	version: "0.1.0",
} as const;
