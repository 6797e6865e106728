import fc from "fast-check";
import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { SegmentReader, segmentMessage } from "./segment-message.ts";

const frame = (time: number): MediaPacket => ({ kind: "video", role: "keyframe", time, payload: Buffer.from("k") });
const message = (time: number, hex: string): MediaPacket => ({
	kind: "data",
	role: "other",
	time,
	payload: Buffer.from(hex, "hex"),
});

// AMF0 by hand, §2.2 to §2.4: the name; number 5; 90,000 twice; true; true; 3.
const NAME = "02000f6d696c6c726163655365676d656e74";
const FIVE = "004014000000000000";
const SECOND = "0040f5f90000000000";
const THREE = "004008000000000000";
const MARK = `${NAME}${FIVE}${SECOND}${SECOND}01010101${THREE}`;
// In segment 5, which began at 90,000, at 180,000.
const PLACE = `${NAME}${FIVE}${SECOND}004105f9000000000001000100${THREE}`;

function reader(isInvited = true) {
	const refused: string[] = [];
	const segments = new SegmentReader((reason) => refused.push(reason));
	if (isInvited) segments.invite();
	return { segments, refused, take: (...packets: MediaPacket[]) => packets.map((packet) => segments.take(packet)) };
}

test("a mark goes in front of its packet and comes back on it", () => {
	const marked: MediaPacket = {
		...frame(40),
		mark: { number: 5, begin: 90_000, discontinuity: true, discontinuities: 3 },
	};
	const sent = segmentMessage(marked) ?? expect.fail("a message");
	expect(sent).toEqual(message(40, MARK));
	expect(reader().take(message(40, MARK), frame(40))).toEqual([undefined, marked]);
});

test("so does a place", () => {
	const placed: MediaPacket = { ...frame(40), place: { number: 5, begin: 90_000, at: 180_000, discontinuities: 3 } };
	expect(segmentMessage(placed)).toEqual(message(40, PLACE));
	expect(reader().take(message(40, PLACE), frame(40))).toEqual([undefined, placed]);
});

test("a peer that does not count discontinuities has had none", () => {
	expect(reader().take(message(40, MARK.slice(0, -THREE.length)), frame(40))).toEqual([
		undefined,
		{ ...frame(40), mark: { number: 5, begin: 90_000, discontinuity: true, discontinuities: 0 } },
	]);
});

test("of who was not asked for it nothing is believed, and nothing is handed on", () => {
	const { take, refused } = reader(false);
	expect(take(message(40, MARK), frame(40))).toEqual([undefined, frame(40)]);
	expect(refused).toEqual(["uninvited"]);
});

test.for([
	["nothing behind the name", NAME],
	["a number below nothing", `${NAME}00c014000000000000${SECOND}${SECOND}01010101`],
	["a number that is none", `${NAME}007ff8000000000000${SECOND}${SECOND}01010101`],
	["a number without end", `${NAME}007fefffffffffffff${SECOND}${SECOND}01010101`],
	["a begin in the year 100,000", `${NAME}${FIVE}0043700000000000000043700000000000000101 0101`.replace(" ", "")],
	["a place before its begin", `${NAME}${FIVE}004105f900000000${SECOND.padStart(20, "0")}01000100`],
	["a mark that is not at its begin", `${NAME}${FIVE}${SECOND}004105f9000000000001010101`],
	["a count below nothing", `${NAME}${FIVE}${SECOND}${SECOND}0101010100c014000000000000`],
	["a count that players cannot hold", `${NAME}${FIVE}${SECOND}${SECOND}010101010041e0000000000000`],
	["text without end", `${NAME}02ffff${"61".repeat(200)}`],
] as const)("%s is thrown away", ([, hex]) => {
	const { take, refused } = reader();
	expect(take(message(40, hex), frame(40))).toEqual([undefined, frame(40)]);
	expect(refused).toEqual(["malformed"]);
});

test("what does not stand in front of its packet is of no packet", () => {
	const { take, refused } = reader();
	expect(take(message(40, MARK), message(40, MARK), frame(80), frame(120))).toEqual([
		undefined,
		undefined,
		frame(80),
		frame(120),
	]);
	expect(refused).toEqual(["misplaced", "misplaced"]);
});

test("any bytes behind the name are read or thrown away", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
			const { take } = reader();
			const [nothing, packet] = take(message(1, NAME + Buffer.from(bytes).toString("hex")), frame(1));
			expect(nothing).toBeUndefined();
			const at = packet?.mark?.begin ?? packet?.place?.at ?? 0;
			expect(Number.isSafeInteger(at)).toBe(true);
		}),
	);
});
