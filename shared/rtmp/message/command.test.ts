import { expect, test } from "vitest";
import { TYPE_COMMAND_AMF0, TYPE_COMMAND_AMF3 } from "#shared/rtmp/chunk";
import { hex } from "../../../test/fixtures/rtmp/captures.ts";
import { decodeCommand, encodeCommand, MAX_COMMAND_BYTES } from "./command.ts";

const utf8 = (text: string) => Buffer.from(text).toString("hex");
const message = (payload: string, type: number = TYPE_COMMAND_AMF0) => ({
	type,
	streamId: 1,
	timestamp: 0,
	payload: hex(payload),
});

const cases = [
	{
		name: "connect with an object",
		hex: `02 0007 ${utf8("connect")} 00 3ff0000000000000 03 0003 ${utf8("app")} 02 0004 ${utf8("live")} 0000 09`,
		command: { name: "connect", transaction: 1, object: { app: "live" }, args: [] },
		values: [{ app: "live" }],
	},
	{
		name: "publish with null and two arguments",
		hex: `02 0007 ${utf8("publish")} 00 4014000000000000 05 02 0003 ${utf8("cam")} 02 0004 ${utf8("live")}`,
		command: { name: "publish", transaction: 5, object: undefined, args: ["cam", "live"] },
		values: [null, "cam", "live"],
	},
	{
		name: "play from -1000 without an answer wanted",
		hex: `02 0004 ${utf8("play")} 00 0000000000000000 05 02 0001 ${utf8("x")} 00 c08f400000000000`,
		command: { name: "play", transaction: 0, object: undefined, args: ["x", -1000] },
		values: [null, "x", -1000],
	},
];

test.for(cases)("$name", (row) => {
	const bytes = hex(row.hex);
	const plain = decodeCommand(message(row.hex));
	expect({ ...plain, object: plain.object && { ...plain.object } }).toEqual({ streamId: 1, ...row.command });
	expect(decodeCommand(message(`00 ${row.hex}`, TYPE_COMMAND_AMF3))).toEqual(plain);
	expect(encodeCommand(1, row.command.name, row.command.transaction, ...row.values)).toEqual({
		type: 20,
		streamId: 1,
		timestamp: 0,
		chunkStream: 3,
		payload: bytes,
	});
});

test("a name alone is a call that wants no answer", () => {
	expect(decodeCommand(message(`02 0002 ${utf8("hi")}`))).toEqual({
		streamId: 1,
		name: "hi",
		transaction: 0,
		object: undefined,
		args: [],
	});
});

test.for([
	{ what: "nothing", hex: "", type: TYPE_COMMAND_AMF0, reason: "command-shape" },
	{ what: "nothing in AMF3", hex: "", type: TYPE_COMMAND_AMF3, reason: "command-shape" },
	{ what: "a number for a name", hex: "00 3ff0000000000000", type: TYPE_COMMAND_AMF0, reason: "command-shape" },
	{ what: "a text for a transaction", hex: "02 0001 61 02 0001 62", type: TYPE_COMMAND_AMF0, reason: "command-shape" },
	{ what: "half a name", hex: "02 0007 636f", type: TYPE_COMMAND_AMF0, reason: "truncated" },
	{ what: "far too much", hex: "05".repeat(MAX_COMMAND_BYTES + 1), type: TYPE_COMMAND_AMF0, reason: "command-size" },
])("$what is refused as $reason", ({ hex: payload, type, reason }) => {
	expect(() => decodeCommand(message(payload, type))).toThrow(
		expect.objectContaining({ name: "ProtocolError", reason }),
	);
});
