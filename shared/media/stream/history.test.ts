import fc from "fast-check";
import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { type Entry, History } from "./history.ts";

const entry = (seq: number, more: { at?: number; size?: number; startsGroup?: boolean } = {}): Entry => {
	const startsGroup = more.startsGroup ?? false;
	const role = startsGroup ? "keyframe" : "frame";
	const packet: MediaPacket = { kind: "video", role, time: seq, payload: new Uint8Array(more.size ?? 10) };
	return { seq, at: more.at ?? 0, packet, startsGroup, headers: [], discontinuities: 0 };
};
const seqs = (entries: Iterable<Entry>): number[] => [...entries].map(({ seq }) => seq);

test("keeps the newest group whole, and for keepMs what came before it", () => {
	const history = new History({ bytes: 1_000_000, keepMs: 100 });
	for (let seq = 0; seq < 40; seq++) history.append(entry(seq, { at: seq * 10, startsGroup: seq === 5 || seq === 15 }));
	expect(history.newestGroup?.seq).toBe(15);
	expect(seqs(history.range(0, 18))).toEqual([15, 16, 17]);
	history.append(entry(40, { at: 400, startsGroup: true }));
	expect(seqs(history.range(0, 100))).toEqual([30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40]);
	expect(seqs(history.range(38, 40))).toEqual([38, 39]);
});

test("a group that outgrows the bound is no group any more, the next one is", () => {
	const history = new History({ bytes: 2000, keepMs: 0 });
	history.append(entry(0, { size: 1500, startsGroup: true }));
	history.append(entry(1, { size: 100 }));
	expect(history.newestGroup).toBeUndefined();
	history.append(entry(2, { startsGroup: true }));
	expect(history.newestGroup?.seq).toBe(2);
	history.append(entry(3, { size: 5000 }));
	expect([history.length, history.bytes, history.newestGroup]).toEqual([0, 0, undefined]);
});

test("never holds more than its bound, and what it holds is the unbroken end of the stream", () => {
	const arrival = fc.record({ wait: fc.nat(50), size: fc.nat(4000), startsGroup: fc.boolean() });
	const bounds = fc.record({ bytes: fc.integer({ min: 0, max: 20_000 }), keepMs: fc.nat(300) });
	fc.assert(
		fc.property(bounds, fc.array(arrival, { maxLength: 300 }), (limits, arrivals) => {
			const history = new History(limits);
			let at = 0;
			for (const [seq, each] of arrivals.entries()) {
				at += each.wait;
				history.append(entry(seq, { at, size: each.size, startsGroup: each.startsGroup }));
				const held = [...history.range(0, seq + 1)];
				const payloads = held.reduce((sum, { packet }) => sum + packet.payload.length, 0);
				expect(history.bytes).toBeLessThanOrEqual(limits.bytes);
				expect(payloads).toBeLessThanOrEqual(history.bytes);
				expect(seqs(held)).toEqual(held.map((_, index) => seq + 1 - held.length + index));
				expect(held.length).toBe(history.length);
				if (history.newestGroup) expect(held).toContain(history.newestGroup);
			}
		}),
		{ numRuns: 50 },
	);
});
