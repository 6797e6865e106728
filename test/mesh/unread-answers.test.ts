import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { call } from "../fixtures/rtmp/talk.ts";
import { demoClip } from "../support/clip.ts";
import { bytesHeld } from "../support/memory.ts";
import { TestMesh } from "../support/mesh.ts";
import { metric } from "../support/metrics.ts";
import { RawClient } from "../support/raw-client.ts";
import { TestPublisher } from "../support/rtmp-peer.ts";

const MIB = 1024 * 1024;

/** 64 KiB of calls nobody knows, each of which is answered. */
const CALL = call("makeCoffee", 7, 0);
const CALLS = Buffer.concat(Array.from({ length: Math.ceil(65_536 / CALL.length) }, () => CALL));
const MOST_SENT = 40 * MIB;

/** Two peers and the machinery around them; answers to 40 MiB of calls would be several times that. */
const HELD = 12 * MIB;

/** All that a client says on its way to a state. */
const WAYS = {
	idle: async () => {},
	"waiting for a stream nobody has": async (client) => client.tell("play", await client.createStream(), "nobody"),
	playing: async (client) => {
		client.tell("play", await client.createStream(), "cam");
		await client.status("onStatus");
	},
	publishing: async (client) => void (await client.publish("mine")),
} satisfies Record<string, (client: RawClient) => Promise<void>>;

/** Bytes of a simple handshake (RTMP 1.0 §5.2); what comes behind them answers `connect`. */
const HANDSHAKE = 3073;

/** Says the same again on a socket from which nobody reads once `connect` is answered. */
async function deaf(url: string, way: (client: RawClient) => Promise<void>): Promise<Socket> {
	using client = await RawClient.connect(url);
	await way(client);
	const said = Buffer.concat(client.wire.sent);
	client[Symbol.dispose]();
	await client.closed;
	const { hostname, port } = new URL(url);
	const socket = connect({ host: hostname, port: Number(port) });
	onTestFinished(() => void socket.destroy());
	socket.on("error", () => {});
	socket.write(said);
	for (let received = 0; received <= HANDSHAKE; ) {
		const [bytes] = (await once(socket, "data")) as [Buffer];
		received += bytes.length;
	}
	socket.pause();
	return socket;
}

test.for(Object.entries(WAYS))(
	"who calls on and on and reads no answer is closed, which is counted: %s",
	async ([how, way]) => {
		await using mesh = new TestMesh();
		const origin = await mesh.origin("o1");
		const edge = await mesh.edge("e1", { text: "waitMs: 60000" });
		using publisher = new TestPublisher(`${origin.rtmp}/live/cam`);
		await publisher.ready;
		publisher.send(demoClip().slice(0, 100));
		const node = how === "publishing" ? origin : edge;
		const socket = await deaf(node.rtmp, way);
		const before = bytesHeld();
		const unread = () => metric(node.http, "millrace_protocol_errors_total", { reason: "unread" });
		let held = 0;
		for (let sent = 0; sent < MOST_SENT && !socket.destroyed; sent += CALLS.length) {
			if (!socket.write(CALLS)) await Promise.race([once(socket, "drain").catch(() => {}), pause(1000)]);
			if (sent % (64 * CALLS.length) === 0) held = Math.max(held, bytesHeld() - before);
		}
		await expect.poll(unread).toBe(1);
		expect(held).toBeLessThan(HELD);
	},
);
