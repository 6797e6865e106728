import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import { readFlv } from "#shared/formats/flv";
import { Hub, type Sink } from "#shared/media/stream";
import { judgeTs } from "../../../test/support/ts-judge.ts";
import { tsForm } from "./ts-form.ts";

const packets = readFlv(readFileSync(new URL("../../../test/fixtures/bframes.flv", import.meta.url)));

/** Reads all, or nothing while it is stuck. */
class Viewer implements Sink {
	readonly parts: Uint8Array[] = [];
	isStuck = false;
	#queued = 0;
	#drained: (() => void)[] = [];
	write(bytes: Uint8Array): void {
		this.parts.push(bytes);
		if (this.isStuck) this.#queued += bytes.length;
	}
	writeAll(parts: readonly Uint8Array[]): void {
		for (const part of parts) this.write(part);
	}
	queued = (): number => this.#queued;
	onceDrained(callback: () => void): void {
		this.#drained.push(callback);
	}
	notDrained(): void {}
	watch = () => () => {};
	drain(): void {
		this.isStuck = false;
		this.#queued = 0;
		for (const callback of this.#drained.splice(0)) callback();
	}
	get bytes(): Buffer {
		return Buffer.concat(this.parts);
	}
}

function stage() {
	const clock = new ManualClock();
	const hub = new Hub({
		clock,
		historyBytes: 1_000_000,
		historyMs: 12_000,
		onMalformed: () => {},
		onReaderFailed: () => {},
	});
	const join = (viewer: Viewer, queueBytes = 1_000_000) =>
		hub.join({
			form: tsForm,
			delayMs: 20,
			sink: viewer,
			bounds: { queueBytes, evictMs: 10_000 },
			onEvict: () => {},
			onEnd: () => {},
		});
	let next = 0;
	const until = (ms: number): void => {
		for (let packet = packets[next]; packet && packet.time < ms; packet = packets[++next]) {
			clock.advance(Math.max(0, packet.time - clock.now()));
			hub.write(packet);
		}
		clock.advance(100);
	};
	return { join, until };
}

test("whoever joins in the middle of a group begins at its keyframe, and shares the bytes of who was there", () => {
	const { join, until } = stage();
	const [first, late] = [new Viewer(), new Viewer()];
	join(first);
	until(2500);
	join(late);
	until(6000);
	const { faults, jumps, units } = judgeTs(late.bytes);
	expect([faults, jumps, units.some(({ isRandomAccess }) => isRandomAccess)]).toEqual([[], 0, true]);
	expect(judgeTs(first.bytes).faults).toEqual([]);
	const tail = late.bytes.subarray(-100_000);
	expect(first.bytes.subarray(-100_000).equals(tail)).toBe(true);
});

test("a viewer who was too slow is told where it goes on, and nothing else is out of order", () => {
	const { join, until } = stage();
	const [slow, other] = [new Viewer(), new Viewer()];
	const reader = join(slow, 60_000);
	join(other);
	until(1500);
	slow.isStuck = true;
	until(4200);
	slow.drain();
	until(6000);
	expect(reader.stats.skippedFrames).toBeGreaterThan(0);
	const { faults, jumps } = judgeTs(slow.bytes);
	expect(faults).toEqual([]);
	expect(jumps).toBeGreaterThan(0);
	expect(judgeTs(other.bytes)).toMatchObject({ faults: [], jumps: 0 });
});
