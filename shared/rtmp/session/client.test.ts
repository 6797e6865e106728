import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtocolError } from "#shared/base/errors";
import type { Amf0Value } from "#shared/formats/amf0";
import { hex } from "../../../test/fixtures/rtmp/captures.ts";
import { call, command, message, shakenClient } from "../../../test/fixtures/rtmp/talk.ts";
import { ClientSession } from "./client.ts";

const success = command("_result", 1, 0, { fmsVer: "FMS/3,5" }, { code: "NetConnection.Connect.Success" });
const onStatus = (code: Amf0Value, level: Amf0Value = "status", description: Amf0Value = "") =>
	call("onStatus", 0, 1, { level, code, description });
const frame = message(9, 1, hex("1701"), 40);

test("the handshake's end brings C2, Set Chunk Size and connect, in this order", () => {
	const session = new ClientSession({ mode: "play", app: "live", tcUrl: "rtmp://h/live", name: "cam", digest: false });
	session.start();
	expect(Buffer.concat(session.take())).toHaveLength(1537);
	expect(session.push(Buffer.concat([Buffer.of(3), Buffer.alloc(1536), Buffer.alloc(1535)]))).toEqual([]);
	expect(session.take()).toEqual([]);
	session.push(Buffer.of(0));
	const sent = Buffer.concat(session.take());
	expect(sent.subarray(0, 1536)).toEqual(Buffer.alloc(1536));
	expect(sent.subarray(1536, 1552)).toEqual(hex("02 000000 000004 01 00000000 00010000"));
	expect(sent.subarray(1564, 1574)).toEqual(hex("02 0007 636f6e6e656374"));
});

test("the connect object names app and URL and carries the credentials, made of the handshake's random bytes", () => {
	const randoms: unknown[] = [];
	const credentials = (both: { client: Buffer; server: Buffer }) => {
		randoms.push(both.client.length, both.server);
		return { proof: "p" };
	};
	const { said } = shakenClient({ credentials });
	expect(said.commands()).toMatchObject([
		{
			name: "connect",
			transaction: 1,
			object: { app: "live", tcUrl: "rtmp://127.0.0.1/live", objectEncoding: 0, proof: "p" },
		},
	]);
	expect(randoms).toEqual([1536, Buffer.alloc(1536)]);
});

test("a play goes connect, createStream, play, and its media comes as packets", () => {
	const { session, said } = shakenClient();
	said.messages();
	expect(session.push(success)).toEqual([{ type: "connected", info: { code: "NetConnection.Connect.Success" } }]);
	expect(said.calls()).toEqual([["createStream", 4]]);
	expect(session.push(call("_result", 4, 0, 1))).toEqual([]);
	const [play, bufferLength] = said.messages();
	const number = "00 c08f400000000000";
	expect(play).toMatchObject({
		type: 20,
		streamId: 1,
		payload: hex(`02 0004 706c6179 00 4014000000000000 05 02 0003 63616d ${number}`),
	});
	expect(bufferLength).toMatchObject({ type: 4, streamId: 0, payload: hex("0003 00000001 00000064") });
	expect(session.push(onStatus("NetStream.Play.Reset"))).toEqual([]);
	expect(session.push(onStatus("NetStream.Play.Start"))).toEqual([{ type: "playing" }]);
	expect(session.push(frame)).toEqual([
		{ type: "media", packet: { kind: "video", role: "keyframe", time: 40, payload: hex("1701") } },
	]);
	session.finish();
	expect(said.calls()).toEqual([["deleteStream", 0, 1]]);
});

test("a publish announces its name, sends packets on its message stream, and takes leave", () => {
	const { session, said } = shakenClient({ mode: "publish" });
	said.messages();
	session.push(success);
	expect(said.calls()).toEqual([
		["releaseStream", 2, "cam"],
		["FCPublish", 3, "cam"],
		["createStream", 4],
	]);
	session.push(call("_result", 2, 0));
	session.push(call("_error", 3, 0, { code: "NetConnection.Call.Failed" }));
	session.push(call("_result", 4, 0, 5));
	expect(said.commands()).toMatchObject([{ streamId: 5, name: "publish", args: ["cam", "live"] }]);
	expect(session.push(call("onFCPublish", 0, 0, { code: "NetStream.Publish.Start" }))).toEqual([]);
	expect(session.push(onStatus("NetStream.Publish.Start"))).toEqual([{ type: "publishing" }]);
	const into: Uint8Array[] = [];
	session.writeMedia({ kind: "audio", role: "frame", time: 7, payload: hex("af01") }, into);
	expect(Buffer.concat(into)).toEqual(hex("04 000007 000002 08 05000000 af01"));
	expect(session.push(frame)).toEqual([]);
	session.finish();
	expect(said.calls()).toEqual([
		["FCUnpublish", 0, "cam"],
		["deleteStream", 0, 5],
	]);
});

test("finish before anything began says nothing", () => {
	const { session, said } = shakenClient();
	said.messages();
	session.finish();
	expect(said.messages()).toEqual([]);
});

const started = [success, call("_result", 4, 0, 1)];
const refused = (code: string, description = "") => [{ type: "refused", code, description }];
const NO_SUCH = "NetStream.Play.StreamNotFound";

test.for([
	{
		what: "connect refused",
		before: [],
		sent: call("_error", 1, 0, { level: "error", code: "NetConnection.Connect.Rejected", description: "no" }),
		events: refused("NetConnection.Connect.Rejected", "no"),
	},
	{
		what: "createStream refused",
		before: [success],
		sent: call("_error", 4, 0, { code: "full" }),
		events: refused("full"),
	},
	{
		what: "play refused by _error",
		before: started,
		sent: call("_error", 5, 0, { code: "no" }),
		events: refused("no"),
	},
	{
		what: "play refused by onStatus",
		before: started,
		sent: onStatus(NO_SUCH, "error", "cam"),
		events: refused(NO_SUCH, "cam"),
	},
	{ what: "a refusal without a word", before: [], sent: call("_error", 1, 0), events: refused("unknown") },
	{
		what: "a refusal whose code is an object",
		before: started,
		sent: onStatus({}, "error", {}),
		events: refused("unknown"),
	},
	{
		what: "a refusal of many words",
		before: [],
		sent: call("_error", 1, 0, { code: "c".repeat(1000), description: "d".repeat(1000) }),
		events: refused("c".repeat(100), "d".repeat(200)),
	},
	{
		what: "the stream's end",
		before: started,
		sent: onStatus("NetStream.Play.UnpublishNotify"),
		events: [{ type: "ended", code: "NetStream.Play.UnpublishNotify" }],
	},
	{
		what: "the play's stop",
		before: started,
		sent: onStatus("NetStream.Play.Stop"),
		events: [{ type: "ended", code: "NetStream.Play.Stop" }],
	},
	{ what: "an _error nobody waits for", before: started, sent: call("_error", 99, 0, { code: "x" }), events: [] },
	{ what: "a status without an object", before: started, sent: call("onStatus", 0, 1, "hello"), events: [] },
	{ what: "an unknown command", before: started, sent: call("onBWDone", 0, 0, 1), events: [] },
])("$what", ({ before, sent, events }) => {
	const { session } = shakenClient();
	for (const bytes of before) session.push(bytes);
	expect(session.push(sent)).toEqual(events);
});

const checkServer = (info: { [name: string]: unknown }) => (info["proof"] === "right" ? undefined : "not one of ours");

test("a server that the caller does not accept hears nothing more", () => {
	const { session, said } = shakenClient({ checkServer });
	said.messages();
	expect(() => session.push(success)).toThrow(
		expect.objectContaining({ reason: "node-proof", message: "not one of ours" }),
	);
	expect(said.messages()).toEqual([]);
	const accepted = shakenClient({ checkServer }).session;
	expect(accepted.push(command("_result", 1, 0, null, { proof: "right" }))).toHaveLength(1);
});

test("a server cannot pass by the check by answering out of turn", () => {
	const { session, said } = shakenClient({ checkServer });
	said.messages();
	for (const bytes of [call("_result", 4, 0, 1), onStatus("NetStream.Play.Start"), frame])
		expect(session.push(bytes)).toEqual([]);
	expect(said.messages()).toEqual([]);
});

test("answers that come twice count once", () => {
	const { session, said } = shakenClient();
	for (const bytes of started) session.push(bytes);
	said.messages();
	for (const bytes of started) expect(session.push(bytes)).toEqual([]);
	expect(said.messages()).toEqual([]);
});

test.for([
	["nothing", undefined],
	["text", "1"],
	["a fraction", 1.5],
	["less than nothing", -1],
	["more than 32 bits", 2 ** 32],
	["no number", Number.NaN],
] as const)("a createStream answered with %s is refused", ([, value]) => {
	const { session } = shakenClient();
	session.push(success);
	expect(() => session.push(call("_result", 4, 0, value))).toThrow(
		expect.objectContaining({ reason: "create-stream" }),
	);
});

test("any messages from a server give events or a ProtocolError", () => {
	const value = fc.oneof(fc.double(), fc.string(), fc.constant(null), fc.dictionary(fc.string(), fc.string()));
	const info = fc.record({ level: fc.constantFrom<Amf0Value>("error", 1), code: value, description: value });
	const name = fc.constantFrom("_result", "_error", "onStatus", "connect");
	const said = fc.tuple(name, fc.integer({ min: 0, max: 6 }), fc.oneof(value, info));
	fc.assert(
		fc.property(fc.array(said, { maxLength: 8 }), (commands) => {
			const { session } = shakenClient();
			try {
				for (const [name, transaction, argument] of commands) session.push(call(name, transaction, 0, argument));
			} catch (error) {
				expect(error).toBeInstanceOf(ProtocolError);
			}
		}),
	);
});

test("any bytes from a server give events or a ProtocolError", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 4000, size: "max" }), (bytes) => {
			const session = new ClientSession({ mode: "play", app: "live", tcUrl: "rtmp://h/live", name: "cam" });
			session.start();
			try {
				session.push(Buffer.from(bytes));
			} catch (error) {
				expect(error).toBeInstanceOf(ProtocolError);
			}
		}),
	);
});
