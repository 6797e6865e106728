import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Scope } from "#shared/base/runtime";
import type { Edge } from "../../services/edge/edge.ts";
import type { Origin } from "../../services/origin/origin.ts";
import { BAD_TALKS, command, handshake, PLAY, range } from "../support/bad-talks.ts";
import { demoClip } from "../support/clip.ts";
import { FLAWLESS, judge } from "../support/frame-judge.ts";
import { bytesHeld } from "../support/memory.ts";
import { TestMesh } from "../support/mesh.ts";
import { metric } from "../support/metrics.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { RawBytes } from "../support/raw-bytes.ts";
import { RawClient } from "../support/raw-client.ts";
import { TestViewer } from "../support/rtmp-peer.ts";

/** Patience short enough for a test, long enough for a machine that is busy. */
const LIMITS = "limits: {handshakeMs: 1500, connectMs: 2000}";
const BAD_NAMES = ["..", "/../etc/passwd", "two words", "nul\0nul", "x".repeat(1000), "", "-minus", "a/b"];

const scope = new Scope();
let origin: Origin;
let edge: Edge;
let encoder: PacedEncoder;
let viewer: TestViewer;
let heldBefore: number;

beforeAll(async () => {
	const mesh = scope.use(new TestMesh());
	origin = await mesh.origin("o1", { text: LIMITS });
	edge = await mesh.edge("e1", { text: `{${LIMITS}, waitMs: 100}` });
	// A tenth of the speed of time: the clip outlasts what is done here.
	encoder = scope.use(await PacedEncoder.start([`${origin.rtmp}/live/watched`], demoClip(), { speed: 0.1 }));
	viewer = scope.use(new TestViewer(`${edge.rtmp}/live/watched`));
	await vi.waitFor(() => expect(viewer.packets.length).toBeGreaterThan(10), { timeout: 10_000 });
	heldBefore = bytesHeld();
});

afterAll(async () => {
	await scope[Symbol.asyncDispose]();
});

/** Waits for the end of a connection; `name` is in the message where it does not come. */
async function ended(name: string, closed: Promise<void>): Promise<void> {
	let isOpen = true;
	void closed.then(() => {
		isOpen = false;
	});
	await expect.poll(() => isOpen, { message: `${name}: the connection is open` }).toBe(false);
}

const ROLES = ["origin", "edge"] as const;
const at = (role: (typeof ROLES)[number]) => (role === "origin" ? origin : edge);

test.for(ROLES)("an %s ends the connection of who speaks against the protocol, and counts the reason", async (role) => {
	const { rtmp, http } = at(role);
	await Promise.all(
		BAD_TALKS.map(async ({ name, talk }) => {
			using talker = await talk(rtmp);
			await ended(name, talker.closed);
		}),
	);
	for (const reason of new Set(BAD_TALKS.map((one) => one.reason))) {
		const cases = BAD_TALKS.filter((one) => one.reason === reason);
		const counted = () => metric(http, "millrace_protocol_errors_total", { reason });
		await expect.poll(counted, { message: reason }).toBe(cases.length);
	}
});

test.for(ROLES)(
	"an %s ends the connection of who asks without end and does not read the answers",
	{ timeout: 60_000 },
	async (role) => {
		await using mesh = new TestMesh();
		// It neither plays nor publishes: a busy machine may take long until it has asked enough.
		const { rtmp, http } = await mesh[role](role, { text: "limits: {connectMs: 120000}" });
		using client = await RawClient.connect(rtmp);
		client.stopReading();
		// A method nobody has, with transaction 1: the answer says so in five times as many bytes.
		const call = command("03 000000 00000d 14 00000000 02000178 003ff0000000000000");
		const thousand = Buffer.concat(range(1000).map(() => call));
		// It goes on asking: how many answers the kernel's buffers take differs from system to system.
		const unread = () => {
			for (const _ of range(20)) client.sendBytes(thousand);
			return metric(http, "millrace_protocol_errors_total", { reason: "unread" });
		};
		await expect.poll(unread, { timeout: 60_000 }).toBe(1);
	},
);

test.for(ROLES)("an %s takes leave of who hangs up in the middle of a message without counting it", async (role) => {
	const { rtmp, http } = at(role);
	const errors = () => metric(http, "millrace_protocol_errors_total");
	const before = await errors();
	for (const cut of [1, 1000, 1537, handshake.length, handshake.length + 20]) {
		using talker = new RawBytes(rtmp);
		talker.send(Buffer.concat([handshake, PLAY]).subarray(0, cut));
		talker.end();
		await ended(`cut after ${cut} bytes`, talker.closed);
	}
	expect(await errors()).toBe(before);
});

test.for(ROLES)("an %s takes any tcUrl: only the app counts", async (role) => {
	for (const tcUrl of ["rtmp://[::1/live", "", "http://x:99999999/", "\0", "x".repeat(1000)]) {
		using client = await RawClient.dial(at(role).rtmp);
		const { name } = await client.call("connect", { app: "live", tcUrl });
		expect(name).toBe("_result");
	}
});

test.for(ROLES)("an %s refuses names that are no names", async (role) => {
	const { rtmp, http } = at(role);
	using client = await RawClient.connect(rtmp);
	const streamId = await client.createStream();
	const refused = async () => (await client.status("onStatus")).code;
	for (const name of BAD_NAMES) {
		client.tell("play", streamId, name);
		expect(await refused(), name).toBe("NetStream.Play.StreamNotFound");
		client.tell("publish", streamId, name, "live");
		expect(await refused(), name).toBe("NetStream.Publish.BadName");
	}
	expect(await metric(http, "millrace_plays_total", { outcome: "bad-name" })).toBe(BAD_NAMES.length);
	expect(await metric(http, "millrace_publishes_total", { outcome: "bad-name" })).toBe(BAD_NAMES.length);
});

test("paths that are no streams' are not found", async () => {
	const paths = [
		"/live/..%2f..%2fetc%2fpasswd.flv",
		"/live/%00.flv",
		"/live/two%20words.flv",
		`/live/${"x".repeat(1000)}.flv`,
	];
	for (const path of [...paths, "/live/nobody.flv", "/../../etc/passwd", "/live/x.flv/y", "/%zz"]) {
		const { status } = await fetch(`${edge.http}${path}`);
		expect([400, 404, 414], path).toContain(status);
	}
});

test("connections past the bound for one address are refused and counted, those inside go on", async () => {
	await using mesh = new TestMesh();
	const { rtmp, http } = await mesh.origin("o1", { text: "limits: {connectionsPerAddress: 3}" });
	using first = await RawClient.connect(rtmp);
	using second = await RawClient.connect(rtmp);
	const third = await RawClient.connect(rtmp);
	await expect(RawClient.dial(rtmp)).rejects.toThrow("hung up");
	const refused = { reason: "connections-per-address" };
	expect(await metric(http, "millrace_connections_refused_total", refused)).toBe(1);
	for (const client of [first, second, third]) await client.call("_checkbw", null);
	third[Symbol.dispose]();
	await expect.poll(() => metric(http, "millrace_connections")).toBe(2);
	using next = await RawClient.connect(rtmp);
	await next.call("_checkbw", null);
});

test("memory is given back, and who watched all the while lost nothing", async () => {
	// The viewer, and the edge at the origin.
	await expect.poll(() => metric(edge.http, "millrace_connections")).toBe(1);
	await expect.poll(() => metric(origin.http, "millrace_connections"), { timeout: 10_000 }).toBe(2);
	const isLive = encoder.sent.length < demoClip().length;
	expect(isLive, "the clip is over before the test").toBe(true);
	encoder[Symbol.dispose]();
	const want = judge(encoder.sent, encoder.sent, { ended: true });
	await expect.poll(() => judge(encoder.sent, viewer.packets, { ended: true })).toEqual(want);
	expect(want).toMatchObject(FLAWLESS);
	// What is queued for those who do not read is let go of a few seconds after their connection ended.
	const grown = () => bytesHeld() - heldBefore;
	await expect.poll(grown, { timeout: 10_000 }).toBeLessThan(8 * 1024 * 1024);
});
