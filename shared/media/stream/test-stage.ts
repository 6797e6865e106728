// What the tests of this folder play with; nothing else imports it.
import { ManualClock } from "#shared/base/clock";
import type { MediaPacket, PacketRole, TrackKind } from "#shared/formats/packet";
import { Hub } from "./hub.ts";
import type { JoinOptions, Reader, ReaderBounds, Sink } from "./reader.ts";
import type { WireForm } from "./wire-form.ts";

/** Writes a packet as `payload@time `, in two pieces. */
export const text: WireForm = {
	name: "text",
	preamble: Buffer.from("hello "),
	serialise(packet, into) {
		into.push(packet.payload, Buffer.from(`@${packet.time} `));
	},
};

export const packet = (kind: TrackKind, role: PacketRole, time: number, payload: string | Uint8Array): MediaPacket => ({
	kind,
	role,
	time,
	payload: Buffer.from(payload),
});
export const metadata = packet("data", "metadata", 0, "M");
export const videoHeader = packet("video", "header", 0, "VH");
export const audioHeader = packet("audio", "header", 0, "AH");
export const key = (time: number, payload = "K"): MediaPacket => packet("video", "keyframe", time, payload);
export const inter = (time: number, payload = "p"): MediaPacket => packet("video", "frame", time, payload);
export const audio = (time: number, payload = "a"): MediaPacket => packet("audio", "frame", time, payload);

/** A sink that remembers; its queue is what the test says. */
export class Viewer implements Sink {
	/** What was written at a time. */
	readonly writes: Uint8Array[] = [];
	/** The buffers of that. */
	readonly pieces: Uint8Array[] = [];
	queuedBytes = 0;
	/** What is written stays in the queue while set. */
	isStuck = false;
	ended: string | undefined;
	evicted: string | undefined;
	cause: unknown;
	onWrite: (bytes: Uint8Array) => void = () => {};
	#drained: (() => void)[] = [];
	#onStalled: (() => void) | undefined;

	write(bytes: Uint8Array): void {
		this.writeAll([bytes]);
	}

	writeAll(parts: readonly Uint8Array[]): void {
		const [only] = parts;
		const bytes = parts.length === 1 && only ? only : Buffer.concat(parts);
		this.writes.push(bytes);
		this.pieces.push(...parts);
		if (this.isStuck) this.queuedBytes += bytes.length;
		this.onWrite(bytes);
	}

	queued(): number {
		return this.queuedBytes;
	}

	onceDrained(callback: () => void): void {
		this.#drained.push(callback);
	}

	notDrained(callback: () => void): void {
		this.#drained = this.#drained.filter((other) => other !== callback);
	}

	watch(_ms: number, onStalled: () => void): () => void {
		this.#onStalled = onStalled;
		return () => {
			this.#onStalled = undefined;
		};
	}

	/** The kernel has taken all there was. */
	drain(): void {
		this.queuedBytes = 0;
		for (const callback of this.#drained.splice(0)) callback();
	}

	/** The other end has taken nothing for too long. */
	stall(): void {
		this.#onStalled?.();
	}

	get texts(): string[] {
		return this.writes.map((bytes) => Buffer.from(bytes).toString());
	}

	/** What came since the last look. */
	take(): string[] {
		const texts = this.texts;
		this.writes.length = 0;
		return texts;
	}
}

const ROOMY: ReaderBounds = { queueBytes: 1_000_000, evictMs: 10_000 };

type Stage = {
	readonly clock: ManualClock;
	readonly hub: Hub;
	/** Codec headers that could not be read: the track, and why. */
	readonly malformed: string[];
	/** What callbacks of packet readers threw. */
	readonly failures: unknown[];
	join(viewer: Viewer, more?: Partial<JoinOptions>): Reader;
	write(...packets: MediaPacket[]): void;
};

/** A hub with roomy bounds; viewers join it at 20 ms unless they say otherwise. */
export function setUp(options: { historyBytes?: number; historyMs?: number } = {}): Stage {
	const clock = new ManualClock();
	const malformed: string[] = [];
	const failures: unknown[] = [];
	const hub = new Hub({
		clock,
		historyBytes: options.historyBytes ?? 1_000_000,
		historyMs: options.historyMs ?? 0,
		onMalformed: ({ kind }, reason) => malformed.push(`${kind}: ${reason}`),
		onReaderFailed: (error) => failures.push(error),
	});
	const join = (viewer: Viewer, more: Partial<JoinOptions> = {}): Reader =>
		hub.join({
			form: text,
			delayMs: 20,
			sink: viewer,
			bounds: ROOMY,
			onEvict: (reason, cause) => {
				viewer.evicted = reason;
				viewer.cause = cause;
			},
			onEnd: (reason) => {
				viewer.ended = reason;
			},
			...more,
		});
	const write = (...packets: MediaPacket[]): void => {
		for (const each of packets) hub.write(each);
	};
	return { clock, hub, join, write, malformed, failures };
}
