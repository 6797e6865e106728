import fc from "fast-check";
import { expect, test } from "vitest";
import { fingerprint } from "./fingerprint.ts";

test("is a whole number a Float64Array holds", () => {
	fc.assert(fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => Number.isSafeInteger(fingerprint(bytes))));
});

test("depends on the bytes alone, wherever they lie in memory", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 3000 }), fc.nat(7), (bytes, shift) => {
			const room = new Uint8Array(bytes.length + shift);
			room.set(bytes, shift);
			expect(fingerprint(room.subarray(shift))).toBe(fingerprint(bytes));
		}),
	);
});

test("a bit, a byte more or less and an order make a difference, at both ends of payloads of any size", () => {
	for (const length of [0, 1, 3, 4, 5, 20, 1023, 1024, 1025, 4096, 100_000]) {
		const bytes = Uint8Array.from({ length }, (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 24);
		const marks = new Set([fingerprint(bytes), fingerprint(Uint8Array.of(...bytes.subarray(0, 900), 0))]);
		const flips = [0, 1, 383, length - 384, length - 1].filter((at) => at >= 0 && at < length);
		for (const at of new Set(flips)) {
			const flipped = bytes.slice();
			flipped[at] = (flipped[at] ?? 0) ^ 1;
			marks.add(fingerprint(flipped));
		}
		expect(marks.size).toBe(2 + new Set(flips).size);
	}
});

test("a hundred thousand small frames that differ in a counter are told apart", () => {
	const bytes = Buffer.alloc(24, 7);
	const marks = new Set<number>();
	for (let count = 0; count < 100_000; count++) {
		bytes.writeUInt32BE(count, 9);
		marks.add(fingerprint(bytes));
	}
	expect(marks.size).toBe(100_000);
});
