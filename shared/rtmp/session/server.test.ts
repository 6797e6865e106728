import { expect, test } from "vitest";
import { hex } from "../../../test/fixtures/rtmp/captures.ts";
import { call, command, connectedServer, message, shakenServer } from "../../../test/fixtures/rtmp/talk.ts";
import { status } from "./status.ts";

const connect = command("connect", 1, 0, { app: "live", tcUrl: "rtmp://h/live", objectEncoding: 3 });

test("connect is told once and answered when the application says so", () => {
	const { session, said } = shakenServer();
	expect(session.push(connect)).toEqual([
		{
			type: "connect",
			app: "live",
			tcUrl: "rtmp://h/live",
			object: { app: "live", tcUrl: "rtmp://h/live", objectEncoding: 3 },
		},
	]);
	expect(said.messages()).toEqual([]);
	session.acceptConnect({ node: "edge-1" });
	const [window, bandwidth, result] = said.messages();
	expect([window?.type, bandwidth?.type, result?.type]).toEqual([5, 6, 20]);
	expect([window?.payload, bandwidth?.payload]).toEqual([hex("002625a0"), hex("002625a0 02")]);
});

test("the answer to connect carries what the client asked for and what the application adds", () => {
	const { session, said } = shakenServer();
	session.push(connect);
	session.acceptConnect({ node: "edge-1" });
	const [result] = said.commands();
	expect(result).toMatchObject({
		name: "_result",
		transaction: 1,
		object: { fmsVer: expect.stringMatching(/^FMS\//) },
		args: [
			{ level: "status", code: "NetConnection.Connect.Success", objectEncoding: 3, fourCcList: ["*"], node: "edge-1" },
		],
	});
});

test("a refused connect gets an _error and nothing behind it", () => {
	const { session, said } = shakenServer();
	session.push(connect);
	session.rejectConnect(status.connectInvalidApp, "no such app");
	expect(said.calls()).toEqual([
		["_error", 1, { level: "error", code: "NetConnection.Connect.InvalidApp", description: "no such app" }],
	]);
	expect(() => session.push(call("createStream", 2, 0))).toThrow(expect.objectContaining({ reason: "before-connect" }));
});

test("calls behind a connect in the same segment are answered when the connect is", () => {
	const { session, said } = shakenServer();
	const together = Buffer.concat([connect, call("createStream", 2, 0), call("FCPublish", 3, 0, "cam")]);
	expect(session.push(together).map(({ type }) => type)).toEqual(["connect"]);
	expect(session.more()).toEqual([]);
	session.acceptConnect();
	expect(session.more()).toEqual([{ type: "fc-publish", name: "cam" }]);
	expect(said.calls().map(([name, transaction]) => [name, transaction])).toEqual([
		["_result", 1],
		["_result", 2],
		["_result", 3],
	]);
	expect(session.more()).toEqual([]);
});

test("commands in AMF3 messages are the same commands", () => {
	const { session } = connectedServer();
	const body = Buffer.concat([hex("00"), hex("02 0004 706c6179 00 0000000000000000 05 02 0003 63616d")]);
	expect(session.push(message(17, 1, body))).toEqual([{ type: "play", streamId: 1, name: "cam" }]);
});

const calls = [
	{ sent: call("createStream", 7, 0), answer: [["_result", 7, 2]] },
	{ sent: call("releaseStream", 7, 0, "cam"), answer: [["_result", 7, undefined]] },
	{ sent: call("releaseStream", 0, 0, "cam"), answer: [] },
	{ sent: call("_checkbw", 7, 0), answer: [["_result", 7, undefined]] },
	{ sent: call("getStreamLength", 7, 0, "cam"), answer: [["_result", 7, 0]] },
	{
		sent: call("FCPublish", 7, 0, "cam"),
		answer: [["_result", 7, undefined]],
		event: { type: "fc-publish", name: "cam" },
	},
	{ sent: call("FCUnpublish", 0, 0, "cam"), answer: [], event: { type: "fc-unpublish", name: "cam" } },
	{
		sent: call("FCSubscribe", 7, 0, "cam"),
		answer: [["_result", 7, undefined]],
		event: { type: "fc-subscribe", name: "cam", call: "FCSubscribe" },
	},
	{
		sent: call("FMSubscribe", 7, 0, "cam"),
		answer: [["_result", 7, undefined]],
		event: { type: "fc-subscribe", name: "cam", call: "FMSubscribe" },
	},
	{
		sent: call("FCUnsubscribe", 7, 0, "cam"),
		answer: [["_result", 7, undefined]],
		event: { type: "fc-unsubscribe", name: "cam" },
	},
	{
		sent: call("publish", 0, 1, "cam?token=x", "live"),
		answer: [],
		event: { type: "publish", streamId: 1, name: "cam?token=x" },
	},
	{ sent: call("play", 0, 1, "cam", -2000), answer: [], event: { type: "play", streamId: 1, name: "cam" } },
	{ sent: call("pause", 0, 1, true, 5000), answer: [], event: { type: "pause", streamId: 1, paused: true } },
	{ sent: call("pauseRaw", 0, 1, false, 0), answer: [], event: { type: "pause", streamId: 1, paused: false } },
	{
		sent: call("receiveAudio", 0, 1, false),
		answer: [],
		event: { type: "receive", streamId: 1, track: "audio", wanted: false },
	},
	{
		sent: call("receiveVideo", 0, 1, true),
		answer: [],
		event: { type: "receive", streamId: 1, track: "video", wanted: true },
	},
	{ sent: call("seek", 0, 1, 5000), answer: [], event: { type: "seek", streamId: 1, at: 5000 } },
	{ sent: call("seek", 0, 1, 2 ** 32), answer: [], event: { type: "seek", streamId: 1, at: undefined } },
	{ sent: call("seek", 0, 1, Number.NaN), answer: [], event: { type: "seek", streamId: 1, at: undefined } },
	{ sent: call("seek", 0, 1), answer: [], event: { type: "seek", streamId: 1, at: undefined } },
	{
		sent: call("makeCoffee", 7, 0),
		answer: [["_error", 7, expect.objectContaining({ level: "error", code: "NetConnection.Call.Failed" })]],
	},
	{ sent: call("makeCoffee", 0, 0), answer: [] },
	{ sent: call("closeStream", 0, 1), answer: [] },
	{ sent: call("deleteStream", 0, 0, 1), answer: [] },
	{ sent: call("deleteStream", 0, 0, 99), answer: [] },
	{ sent: call("deleteStream", 0, 0, "cam"), answer: [] },
	{ sent: call("publish", 0, 1, false), answer: [] },
];

test.for(calls.map((row) => ({ ...row, text: row.sent.toString("latin1").match(/[A-Za-z_]{4,}/)?.[0] ?? "" })))(
	"$text",
	({ sent, answer, event }) => {
		const { session, said } = connectedServer();
		expect(session.push(sent)).toEqual(event ? [event] : []);
		expect(said.calls()).toEqual(answer);
	},
);

test.for([
	{ way: "closeStream", sent: call("closeStream", 0, 1) },
	{ way: "deleteStream", sent: call("deleteStream", 0, 0, 1) },
	{ way: "deleteStream by name", sent: call("deleteStream", 0, 0, "cam") },
	{ way: "publish(false)", sent: call("publish", 0, 1, false) },
])("$way ends a publish, once, and frames behind it belong to nobody", ({ sent }) => {
	const { session } = connectedServer();
	const frame = message(9, 1, hex("2701"));
	expect(session.push(frame)).toEqual([]);
	session.push(call("publish", 0, 1, "cam"));
	session.acceptPublish(1, "cam");
	expect(session.push(frame)).toEqual([
		{ type: "media", streamId: 1, packet: { kind: "video", role: "frame", time: 0, payload: hex("2701") } },
	]);
	expect(session.push(sent)).toEqual([{ type: "close-stream", streamId: 1 }]);
	expect(session.push(Buffer.concat([frame, sent]))).toEqual([]);
});

test("media on message stream 0 is that of the connection's only publish", () => {
	const { session } = connectedServer();
	const frame = message(9, 0, hex("2701"));
	expect(session.push(frame)).toEqual([]);
	session.push(call("publish", 0, 1, "cam"));
	expect(session.push(frame)).toMatchObject([{ type: "media", streamId: 1 }]);
	session.push(Buffer.concat([call("createStream", 2, 0), call("publish", 0, 2, "cam2")]));
	expect(session.push(frame)).toEqual([]);
});

test("a message stream may publish again, with times of its own", () => {
	const { session } = connectedServer();
	session.push(call("publish", 0, 1, "cam"));
	session.push(message(8, 1, hex("af01"), 0xfffffff0));
	session.push(call("closeStream", 0, 1));
	session.push(call("publish", 0, 1, "cam"));
	expect(session.push(message(8, 1, hex("af01"), 3))).toMatchObject([{ type: "media", packet: { time: 3 } }]);
});

test("an aggregate's frames come one by one", () => {
	const { session } = connectedServer();
	session.push(call("publish", 0, 1, "cam"));
	const body = hex("09 000002 000064 00 000000 2701 0000000d 08 000002 000078 00 000000 af01 0000000d");
	expect(session.push(message(22, 1, body, 1000))).toMatchObject([
		{ packet: { kind: "video", time: 1000 } },
		{ packet: { kind: "audio", time: 1020 } },
	]);
});

const info = (level: string, code: string) => ({ level, code, description: "cam" });
const named = (level: string, code: string) => ({ ...info(level, code), details: "cam" });

const answers = [
	{ what: "answerFcPublish", answer: ["onFCPublish", 0, info("status", "NetStream.Publish.Start")] },
	{ what: "answerFcUnpublish", answer: ["onFCUnpublish", 0, info("status", "NetStream.Unpublish.Success")] },
	{ what: "answerFcSubscribe", answer: ["onFCSubscribe", 0, info("error", "NetStream.Play.StreamNotFound")] },
	{ what: "answerFmSubscribe", answer: ["onFMSubscribe", 0, info("status", "NetStream.Play.Start")] },
	{ what: "answerFcUnsubscribe", answer: ["onFCUnsubscribe", 0, info("status", "NetStream.Play.Stop")] },
	{ what: "acceptPublish", answer: ["onStatus", 0, named("status", "NetStream.Publish.Start")] },
	{
		what: "rejectPublish",
		answer: ["onStatus", 0, { ...named("error", "NetStream.Publish.BadName"), description: "it is live" }],
	},
	{
		what: "rejectPlay",
		answer: ["onStatus", 0, { ...named("error", "NetStream.Play.StreamNotFound"), description: "there is none" }],
	},
	{ what: "endPlay", answer: ["onStatus", 0, named("status", "NetStream.Play.UnpublishNotify")] },
] as const;

test.for(answers)("$what", ({ what, answer }) => {
	const { session, said } = connectedServer();
	const act = {
		answerFcPublish: () => session.answerFcPublish(status.publishStart, "cam"),
		answerFcUnpublish: () => session.answerFcUnpublish("cam"),
		answerFcSubscribe: () => session.answerFcSubscribe("FCSubscribe", status.playNotFound, "cam"),
		answerFmSubscribe: () => session.answerFcSubscribe("FMSubscribe", status.playStart, "cam"),
		answerFcUnsubscribe: () => session.answerFcUnsubscribe("cam"),
		acceptPublish: () => session.acceptPublish(1, "cam"),
		rejectPublish: () => session.rejectPublish(1, "cam", "it is live"),
		rejectPlay: () => session.rejectPlay(1, status.playNotFound, "cam", "there is none"),
		endPlay: () => session.endPlay(1, "cam"),
	};
	act[what]();
	expect(said.calls()).toEqual([answer]);
});

test("an accepted play begins as players expect, in this order", () => {
	const { session, said } = connectedServer();
	session.push(call("play", 0, 1, "cam"));
	session.acceptPlay(1, "cam");
	const [begin, reset, start, access] = said.messages();
	expect(begin).toMatchObject({ type: 4, streamId: 0, payload: hex("0000 00000001") });
	expect(Buffer.from(reset?.payload ?? []).includes("NetStream.Play.Reset")).toBe(true);
	expect(Buffer.from(start?.payload ?? []).includes("NetStream.Play.Start")).toBe(true);
	const accessName = Buffer.from("|RtmpSampleAccess").toString("hex");
	expect(access).toMatchObject({ type: 18, streamId: 1, payload: hex(`02 0011 ${accessName} 0101 0101`) });
});

test("after a refused play or publish the message stream is free again", () => {
	const { session } = connectedServer();
	session.push(call("play", 0, 1, "cam"));
	session.rejectPlay(1, status.playNotFound, "cam", "there is none");
	session.push(call("publish", 0, 1, "cam"));
	session.rejectPublish(1, "cam", "it is live");
	expect(session.push(call("play", 0, 1, "other"))).toEqual([{ type: "play", streamId: 1, name: "other" }]);
});
