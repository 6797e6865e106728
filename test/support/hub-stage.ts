import { readFileSync } from "node:fs";
import { ManualClock } from "#shared/base/clock";
import { readFlv } from "#shared/formats/flv";
import { Hub, type Reader, type Sink, type WireForm } from "#shared/media/stream";

/** A viewer of a hub: reads all, or nothing while it is stuck. */
export class HubViewer implements Sink {
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

/** A hub whose viewers read `form`, fed with a clip that has B-frames as far as the test says. */
export function hubStage(form: WireForm): {
	join(viewer: HubViewer, queueBytes?: number): Reader;
	until(ms: number): void;
} {
	const packets = readFlv(readFileSync(new URL("../fixtures/bframes.flv", import.meta.url)));
	const clock = new ManualClock();
	const hub = new Hub({
		clock,
		historyBytes: 1_000_000,
		historyMs: 12_000,
		onMalformed: () => {},
		onReaderFailed: () => {},
	});
	let next = 0;
	return {
		join: (viewer, queueBytes = 1_000_000) =>
			hub.join({
				form,
				delayMs: 20,
				sink: viewer,
				bounds: { queueBytes, evictMs: 10_000 },
				onEvict: () => {},
				onEnd: () => {},
			}),
		until(ms) {
			for (let packet = packets[next]; packet && packet.time < ms; packet = packets[++next]) {
				clock.advance(Math.max(0, packet.time - clock.now()));
				hub.write(packet);
			}
			clock.advance(100);
		},
	};
}
