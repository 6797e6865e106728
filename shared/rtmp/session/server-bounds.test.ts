import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtocolError } from "#shared/base/errors";
import { hex, pieces } from "../../../test/fixtures/rtmp/captures.ts";
import { call, command, connectedServer, message, shakenServer } from "../../../test/fixtures/rtmp/talk.ts";
import { WINDOW_BYTES } from "./link.ts";
import { MAX_MESSAGE_STREAMS } from "./message-streams.ts";
import { ServerSession } from "./server.ts";
import { MAX_RAW_NAME_LENGTH } from "./server-event.ts";

const connect = (object: Record<string, string | number>) => command("connect", 1, 0, object);
const refusal = (reason: string) => expect.objectContaining({ name: "ProtocolError", reason });
const LONG = "x".repeat(MAX_RAW_NAME_LENGTH + 1);

test.for([
	{ what: "a call before connect", sent: call("createStream", 1, 0), reason: "before-connect" },
	{
		what: "too many calls behind a connect that is not answered",
		sent: [connect({ app: "live" }), ...Array.from({ length: 17 }, () => call("createStream", 2, 0))],
		reason: "before-connect",
	},
	{ what: "a connect without app", sent: connect({ tcUrl: "rtmp://h/live" }), reason: "connect-shape" },
	{ what: "a connect whose app is a number", sent: connect({ app: 5 }), reason: "connect-shape" },
	{ what: "a connect whose app is too long", sent: connect({ app: LONG }), reason: "connect-shape" },
	{ what: "a frame larger than any command", sent: hex("04 000000 010001 09 01000000"), reason: "message-size" },
])("from a stranger: $what", ({ sent, reason }) => {
	const { session } = shakenServer();
	expect(() => [sent].flat().map((bytes) => session.push(bytes))).toThrow(refusal(reason));
});

test.for([
	{ what: "a third connect", sent: connect({ app: "live" }), reason: "connect-twice" },
	{ what: "publish on a stream that was not created", sent: call("publish", 0, 5, "cam"), reason: "no-such-stream" },
	{ what: "play on message stream 0", sent: call("play", 0, 0, "cam"), reason: "no-such-stream" },
	{ what: "publish twice", sent: [call("publish", 0, 1, "cam"), call("publish", 0, 1, "cam")], reason: "stream-busy" },
	{
		what: "play while publishing",
		sent: [call("publish", 0, 1, "cam"), call("play", 0, 1, "cam")],
		reason: "stream-busy",
	},
	{ what: "publish of a name too long", sent: call("publish", 0, 1, LONG), reason: "name" },
	{ what: "play of a name too long", sent: call("play", 0, 1, LONG), reason: "name" },
	{ what: "FCPublish of a name too long", sent: call("FCPublish", 0, 0, LONG), reason: "name" },
	{ what: "play without a name", sent: call("play", 0, 1), reason: "name" },
	{ what: "play of an object", sent: call("play", 0, 1, {}), reason: "name" },
	{ what: "a message of 16 MB", sent: hex("04 000000 ffffff 09 01000000"), reason: "message-size" },
	{ what: "an aggregate that is none", sent: message(22, 1, hex("aa")), reason: "aggregate" },
	{ what: "an event that is none", sent: message(4, 0, hex("00")), reason: "user-control" },
])("from a client: $what", ({ sent, reason }) => {
	const { session } = connectedServer();
	expect(() => [sent].flat().map((bytes) => session.push(bytes))).toThrow(refusal(reason));
});

test("who does not publish says nothing larger than a command", () => {
	const large = hex("04 000000 010001 09 01000000");
	expect(() => connectedServer().session.push(large)).toThrow(refusal("message-size"));

	const refused = connectedServer().session;
	refused.push(call("publish", 0, 1, "mine"));
	refused.rejectPublish(1, "mine", "not here");
	expect(() => refused.push(large)).toThrow(refusal("message-size"));

	const ended = connectedServer().session;
	ended.push(call("publish", 0, 1, "mine"));
	ended.acceptPublish(1, "mine");
	ended.push(large);
	ended.endPublish(1);
	// What is under way grows no further than is allowed now.
	const rest = Buffer.concat([
		Buffer.alloc(128),
		...Array.from({ length: 600 }, () => [Buffer.of(0xc4), Buffer.alloc(128)]).flat(),
	]);
	expect(() => ended.push(rest)).toThrow(refusal("message-size"));

	const hasty = connectedServer().session;
	expect(hasty.push(Buffer.concat([call("publish", 0, 1, "mine"), large]))).toMatchObject([{ type: "publish" }]);
});

test("who plays says nothing larger than a command, until it publishes", () => {
	const large = hex("04 000000 010001 09 01000000");
	const { session } = connectedServer();
	session.push(call("createStream", 2, 0));
	session.push(call("play", 0, 1, "cam"));
	session.acceptPlay(1, "cam");
	session.push(call("createStream", 3, 0));
	session.push(call("publish", 0, 2, "mine"));
	session.acceptPublish(2, "mine");
	expect(session.push(large)).toEqual([]);

	const other = connectedServer().session;
	other.push(call("play", 0, 1, "cam"));
	other.acceptPlay(1, "cam");
	expect(() => other.push(large)).toThrow(refusal("message-size"));
});

test("what a proof needs is let go of once connect is answered", () => {
	const { session } = shakenServer();
	expect(session.hasShakenHands).toBe(true);
	expect(session.randoms).toBeDefined();
	session.push(connect({ app: "live" }));
	session.acceptConnect();
	expect([session.hasShakenHands, session.randoms]).toEqual([true, undefined]);
});

test("a publish with a wrong name leaves the message stream idle", () => {
	const { session } = connectedServer();
	expect(() => session.push(call("publish", 0, 1, LONG))).toThrow(ProtocolError);
	expect(session.push(message(9, 1, hex("2701")))).toEqual([]);
});

test("as many message streams as allowed, and one more after one is deleted", () => {
	const { session, said } = connectedServer();
	for (let count = 2; count <= MAX_MESSAGE_STREAMS; count++) session.push(call("createStream", count, 0));
	said.messages();
	session.push(call("deleteStream", 0, 0, 3));
	session.push(call("createStream", 5, 0));
	expect(said.calls()).toEqual([["_result", 5, 3]]);
	expect(() => session.push(call("createStream", 6, 0))).toThrow(refusal("message-streams"));
});

test("an unknown call's name goes back cut short", () => {
	const { session, said } = connectedServer();
	session.push(call(LONG, 3, 0));
	expect(JSON.stringify(said.calls()).length).toBeLessThan(250);
});

const acknowledgements = (messages: { type: number; payload: Uint8Array }[]) =>
	messages.filter(({ type }) => type === 3).map(({ payload }) => Buffer.from(payload).readUInt32BE());

test("bytes are acknowledged after the window, counted from behind the handshake", () => {
	const { session, said } = shakenServer();
	const start = connect({ app: "live" });
	session.push(start);
	session.acceptConnect();
	said.messages();
	const frame = message(9, 1, Buffer.alloc(60 * 1024));
	let sent = start.length;
	for (; sent + frame.length < WINDOW_BYTES; sent += frame.length) session.push(frame);
	expect(acknowledgements(said.messages())).toEqual([]);
	session.push(frame);
	sent += frame.length;
	expect(acknowledgements(said.messages())).toEqual([sent]);
	session.push(frame);
	expect(acknowledgements(said.messages())).toEqual([]);
});

test("the client's window counts, but none makes us acknowledge every few bytes", () => {
	const { session, said } = connectedServer();
	session.push(message(5, 0, hex("00000400")));
	const frame = message(9, 1, Buffer.alloc(600));
	session.push(frame);
	said.messages();
	session.push(frame);
	session.push(frame);
	expect(acknowledgements(said.messages())).toHaveLength(1);
	session.push(message(5, 0, hex("00000000")));
	said.messages();
	for (const piece of pieces(frame, 50)) session.push(piece);
	expect(acknowledgements(said.messages()).length).toBeLessThanOrEqual(frame.length / 128);
});

test("a ping is answered with its own number, and our ping asks with ours", () => {
	const { session, said } = connectedServer();
	session.push(message(4, 0, hex("0006 01020304")));
	session.ping(9);
	expect(said.messages()).toMatchObject([
		{ type: 4, streamId: 0, payload: hex("0007 01020304") },
		{ type: 4, streamId: 0, payload: hex("0006 00000009") },
	]);
	expect(session.push(message(4, 0, hex("0007 00000009")))).toEqual([]);
	expect(said.messages()).toEqual([]);
});

test("take gives everything once", () => {
	const { session } = connectedServer();
	session.ping(1);
	expect(session.take()).not.toEqual([]);
	expect(session.take()).toEqual([]);
});

test("any messages from a client give events or a ProtocolError", () => {
	const body = fc.oneof(
		fc.uint8Array({ maxLength: 40 }),
		fc.constantFrom(hex("02 0004 706c6179 00 00 00"), hex("0006 00000001")),
	);
	const sent = fc.tuple(fc.constantFrom(3, 4, 5, 6, 8, 9, 15, 17, 18, 20, 22), fc.constantFrom(0, 1, 2), body);
	fc.assert(
		fc.property(fc.array(sent, { maxLength: 10 }), (messages) => {
			const { session } = connectedServer();
			try {
				for (const [type, streamId, payload] of messages) session.push(message(type, streamId, payload));
			} catch (error) {
				expect(error).toBeInstanceOf(ProtocolError);
			}
			session.take();
		}),
	);
});

test("any bytes from a stranger give events or a ProtocolError", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 4000, size: "max" }), (bytes) => {
			try {
				expect(new ServerSession().push(Buffer.from(bytes))).toEqual([]);
			} catch (error) {
				expect(error).toBeInstanceOf(ProtocolError);
			}
		}),
	);
});
