import { expect, test } from "vitest";
import { hex } from "../../../test/fixtures/rtmp/captures.ts";
import {
	acknowledgement,
	decodeWindowAckSize,
	setChunkSize,
	setPeerBandwidth,
	windowAckSize,
} from "./protocol-control.ts";

// RTMP 1.0 §5.4: on chunk stream 2, message stream 0.
test.for([
	{ name: "Set Chunk Size", message: setChunkSize(4096), type: 1, hex: "00001000" },
	{ name: "Acknowledgement", message: acknowledgement(2_500_000), type: 3, hex: "002625a0" },
	{ name: "Acknowledgement past 2^32", message: acknowledgement(2 ** 32 + 5), type: 3, hex: "00000005" },
	{ name: "Window Acknowledgement Size", message: windowAckSize(5_000_000), type: 5, hex: "004c4b40" },
	{ name: "Set Peer Bandwidth", message: setPeerBandwidth(5_000_000), type: 6, hex: "004c4b40 02" },
])("$name", ({ message, type, hex: payload }) => {
	expect(message).toEqual({ type, streamId: 0, timestamp: 0, chunkStream: 2, payload: hex(payload) });
});

test("reads a window, wherever its bytes lie", () => {
	expect(decodeWindowAckSize(hex("ffff 004c4b40").subarray(2))).toBe(5_000_000);
	expect(() => decodeWindowAckSize(hex("004c4b"))).toThrow(expect.objectContaining({ reason: "window-ack-size" }));
});
