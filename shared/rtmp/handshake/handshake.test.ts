import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtocolError } from "#shared/base/errors";
import { capture, HANDSHAKE_BYTES, pieces } from "../../../test/fixtures/rtmp/captures.ts";
import { findDigest, PART_BYTES, PLAYER, SERVER, signPart, signReply } from "./digest.ts";
import { ClientHandshake, type HandshakeStep, ServerHandshake } from "./handshake.ts";

/** The two parts of one side of a captured handshake: C1 and C2, or S1 and S2. */
function parts(name: string, side: "client" | "server"): [Buffer, Buffer] {
	const bytes = capture(name, side);
	return [bytes.subarray(1, 1 + PART_BYTES), bytes.subarray(1 + PART_BYTES, HANDSHAKE_BYTES)];
}

const push = (handshake: ServerHandshake | ClientHandshake, bytes: Buffer, size: number): HandshakeStep[] =>
	pieces(bytes, size).map((piece) => handshake.push(piece));

test.for([
	{ maker: "ffmpeg's C1", name: "ffmpeg-publish", side: "client", signer: PLAYER, layout: 8 },
	{ maker: "rtmpdump's C1 for RTMPE", name: "rtmpdump-rtmpe", side: "client", signer: PLAYER, layout: 772 },
	{ maker: "nginx-rtmp's S1", name: "ffmpeg-publish", side: "server", signer: SERVER, layout: 8 },
] as const)("$maker is signed in layout $layout, and we sign as it does", ({ name, side, signer, layout }) => {
	const [first] = parts(name, side);
	const found = findDigest(first, signer);
	expect(found?.layout).toBe(layout);
	const unsigned = Buffer.from(first);
	unsigned.fill(0, first.indexOf(found?.digest ?? ""), first.indexOf(found?.digest ?? "") + 32);
	signPart(unsigned, layout, signer);
	expect(unsigned).toEqual(first);
});

test("parts that nobody signed, or that the other side signed, have no digest", () => {
	expect(findDigest(parts("librtmp-publish", "client")[0], PLAYER)).toBeUndefined();
	expect(findDigest(parts("ffmpeg-publish", "client")[0], SERVER)).toBeUndefined();
});

test.for([
	{ maker: "ffmpeg's C2", replier: "client", signer: PLAYER, answered: "server", by: SERVER },
	{ maker: "nginx-rtmp's S2", replier: "server", signer: SERVER, answered: "client", by: PLAYER },
] as const)("$maker is signed with the digest it answers, as we sign", ({ replier, signer, answered, by }) => {
	// Only a playing ffmpeg signs its C2; a publishing one sends S1 back.
	const [, reply] = parts("ffmpeg-play", replier);
	const digest = findDigest(parts("ffmpeg-play", answered)[0], by)?.digest ?? Buffer.alloc(0);
	const again = Buffer.from(reply);
	again.fill(0, PART_BYTES - 32);
	signReply(again, digest, signer);
	expect(again).toEqual(reply);
});

test.for([1, 2, 700, 1537, 3073, 5000])("a simple client is answered simply, %i bytes at a time", (size) => {
	const client = capture("librtmp-publish", "client");
	const handshake = new ServerHandshake();
	const steps = push(handshake, client.subarray(0, HANDSHAKE_BYTES), size);
	const sent = Buffer.concat(steps.map(({ send }) => send ?? Buffer.alloc(0)));
	expect([sent.length, sent[0]]).toEqual([HANDSHAKE_BYTES, 3]);
	expect(sent.subarray(5, 9)).toEqual(Buffer.alloc(4));
	expect(sent.subarray(1 + PART_BYTES)).toEqual(client.subarray(1, 1 + PART_BYTES));
	const done = steps.at(-1);
	expect(done?.randoms).toEqual({ client: client.subarray(1, 1537), server: sent.subarray(1, 1537) });
	expect(done?.rest).toHaveLength(0);
});

test("the server answers as soon as C1 is there, and gives back what follows C2", () => {
	const client = capture("librtmp-publish", "client");
	const handshake = new ServerHandshake();
	expect(handshake.push(client.subarray(0, 1536))).toEqual({});
	expect(handshake.push(client.subarray(1536, 1537)).send).toHaveLength(HANDSHAKE_BYTES);
	expect(handshake.push(client.subarray(1537, 3080)).rest).toEqual(client.subarray(3073, 3080));
});

test.for([
	{ name: "ffmpeg-publish", layout: 8 },
	{ name: "rtmpdump-rtmpe", layout: 772 },
] as const)("a client that signs in layout $layout gets S1 in the same and a signed S2", ({ name, layout }) => {
	const [c1] = parts(name, "client");
	const sent = new ServerHandshake().push(Buffer.concat([Buffer.of(3), c1])).send ?? Buffer.alloc(0);
	expect(findDigest(sent.subarray(1, 1 + PART_BYTES), SERVER)?.layout).toBe(layout);
	const s2 = sent.subarray(1 + PART_BYTES);
	const again = Buffer.from(s2);
	signReply(again, findDigest(c1, PLAYER)?.digest ?? Buffer.alloc(0), SERVER);
	expect(again).toEqual(s2);
});

test.for([
	{ name: "a server that signs gets a signed C2", capture: "ffmpeg-publish", signed: true },
	{ name: "a server that does not sign gets its S1 back", capture: "librtmp-publish", signed: false },
])("$name", ({ capture: name, signed }) => {
	const server = capture(name, "server");
	const s1 = server.subarray(1, 1 + PART_BYTES);
	for (const size of [1, 700, 1537, server.length]) {
		const handshake = new ClientHandshake({ digest: true });
		const c1 = handshake.start().subarray(1);
		expect(findDigest(c1, PLAYER)?.layout).toBe(8);
		const done = push(handshake, server.subarray(0, HANDSHAKE_BYTES), size).at(-1);
		expect(done?.randoms).toEqual({ client: c1, server: s1 });
		const expected = Buffer.from(done?.send ?? []);
		if (signed) signReply(expected, findDigest(s1, SERVER)?.digest ?? Buffer.alloc(0), PLAYER);
		else s1.copy(expected);
		expect(done?.send).toEqual(expected);
		expect(done?.send).toHaveLength(PART_BYTES);
	}
});

test("a client that does not sign says so with a version of zero", () => {
	const start = new ClientHandshake({ digest: false, random: () => Buffer.alloc(PART_BYTES, 7) }).start();
	expect(start.subarray(0, 10)).toEqual(Buffer.from("03000000000000000007", "hex"));
	expect(findDigest(start.subarray(1), PLAYER)).toBeUndefined();
});

test.for([
	{ what: "RTMPE", bytes: capture("rtmpdump-rtmpe", "client") },
	{ what: "version 6", bytes: Buffer.of(6) },
	{ what: "version 0", bytes: Buffer.of(0) },
	{ what: "an HTTP request", bytes: Buffer.from("GET / HTTP/1.1\r\n\r\n") },
	{ what: "a TLS greeting", bytes: Buffer.of(0x16, 3, 1) },
])("$what is refused at its first byte, by both sides", ({ bytes }) => {
	for (const handshake of [new ServerHandshake(), new ClientHandshake({ digest: true })]) {
		expect(() => handshake.push(bytes.subarray(0, 1))).toThrow(
			expect.objectContaining({ reason: "handshake-version" }),
		);
	}
});

test("any bytes are a handshake or a ProtocolError", () => {
	const first = fc.uint8Array({ minLength: PART_BYTES, maxLength: PART_BYTES });
	fc.assert(
		fc.property(fc.constantFrom(3, 3, 3, 6), first, fc.integer({ min: 1, max: 1000 }), (version, part, size) => {
			const bytes = Buffer.concat([Buffer.of(version), part, part]);
			for (const handshake of [new ServerHandshake(), new ClientHandshake({ digest: true })]) {
				try {
					expect(push(handshake, bytes, size).at(-1)?.randoms).toBeDefined();
				} catch (error) {
					expect(error).toBeInstanceOf(ProtocolError);
				}
			}
		}),
		{ numRuns: 50 },
	);
});
