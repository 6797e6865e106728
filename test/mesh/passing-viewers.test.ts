import { connect } from "node:net";
import { expect, test } from "vitest";
import { bytesHeld } from "../support/memory.ts";
import { metric } from "../support/metrics.ts";
import { RawClient } from "../support/raw-client.ts";
import { encode, MIB, QUEUE, servers } from "../support/slow-stage.ts";

/** A minute of 200 viewers a second. */
const VISITS = 12_000;
const AT_ONCE = 40;

/** `enough`: more than all a server says before the first frame. */
type Visit = { readonly url: string; readonly opening: Buffer; readonly enough: number };

/** All that a player says up to `play`, as one of ours says it; a server does not mind to hear it at once. */
async function rtmpOpening(url: string, name: string): Promise<Visit> {
	using client = await RawClient.connect(url);
	client.tell("play", await client.createStream(), name);
	return { url, opening: Buffer.concat(client.wire.sent), enough: 6_000 };
}

const httpOpening = (url: string, name: string): Visit => ({
	url,
	opening: Buffer.from(`GET /live/${name}.flv HTTP/1.1\r\nHost: edge\r\n\r\n`),
	enough: 2_000,
});

/** Comes, and goes by a reset: at once, or when it has seen something. */
function visit({ url, opening, enough }: Visit, leavesAtOnce: boolean): Promise<void> {
	const { hostname, port } = new URL(url);
	const socket = connect({ host: hostname, port: Number(port) });
	let received = 0;
	const leave = () => void socket.resetAndDestroy();
	socket.on("connect", () => socket.write(opening, () => leavesAtOnce && setImmediate(leave)));
	socket.on("error", () => {});
	socket.on("data", ({ length }) => {
		received += length;
		if (received >= enough) leave();
	});
	return new Promise((resolve) => socket.once("close", () => resolve()));
}

/** What keeps this process busy, by kind. */
const resources = (kind: "Timeout" | "TCPSocketWrap"): number =>
	process.getActiveResourcesInfo().filter((one) => one === kind).length;

test("12,000 viewers that come and go leave nothing behind", { timeout: 120_000 }, async () => {
	const size = { seconds: 300, keyframeBytes: 5000, frameBytes: 500 };
	// A history that is full at once: what visits leave is not hidden by it.
	const { origin, edge } = await servers("evictMs: 60000", `readerBytes: ${QUEUE}, historyBytes: 65536`);
	await encode(origin, { speed: 1, size });
	const kinds = await Promise.all(
		["a", "b", "nobody"].map(async (name) => [await rtmpOpening(edge.rtmp, name), httpOpening(edge.http, name)]),
	);
	/** Most watch `a`; `b` is pulled anew for each of its few; what `nobody` has is waited for until the viewer leaves. */
	const one = (number: number): Promise<void> => {
		const kind = kinds[number % 100 < 2 ? 1 : number % 10 === 9 ? 2 : 0]?.[number % 2];
		return kind ? visit(kind, number % 10 === 9 || number % 5 === 0) : Promise.resolve();
	};
	const visits = async (count: number): Promise<void> => {
		let next = 0;
		const come = async (): Promise<void> => {
			while (next < count) await one(next++);
		};
		await Promise.all(Array.from({ length: AT_ONCE }, come));
	};
	const rest = async () => ({
		readers: await metric(edge.http, "millrace_readers"),
		connections: await metric(edge.http, "millrace_connections"),
		streams: edge.relay.streams.size,
	});
	await visits(AT_ONCE * 10);
	await expect.poll(rest).toEqual({ readers: 0, connections: 0, streams: 0 });
	const before = { timers: resources("Timeout"), sockets: resources("TCPSocketWrap"), held: bytesHeld() };
	await visits(VISITS);
	await expect.poll(rest).toEqual({ readers: 0, connections: 0, streams: 0 });
	expect(await metric(edge.http, "millrace_plays_total", { outcome: "accepted" })).toBeGreaterThan(VISITS / 2);
	// Looking and the encoder have some of their own at times; what visits leave would be thousands.
	await expect.poll(() => resources("Timeout")).toBeLessThan(before.timers + AT_ONCE);
	await expect.poll(() => resources("TCPSocketWrap")).toBeLessThan(before.sockets + AT_ONCE);
	// Less than 200 bytes a visit.
	await expect.poll(() => bytesHeld() - before.held).toBeLessThan(2 * MIB);
});
