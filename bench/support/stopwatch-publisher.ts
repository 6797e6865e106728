import { type Cancel, type Clock, systemClock } from "#shared/base/clock";
import { PeerLostError } from "#shared/base/errors";
import type { MediaPacket } from "#shared/formats/packet";
import { dialRtmp, type RtmpCall } from "#shared/net/rtmp";
import { pace } from "../../cli/publish/pace.ts";
import { parseRtmpUrl } from "../../cli/stream-url.ts";
import { firstOf } from "./run.ts";
import { testFrames, testHeaders } from "./test-stream.ts";

export type PublishOptions = {
	/** Counts until the server takes the stream. */
	readonly signal: AbortSignal;
	/** How much faster than live; 1 where left out. */
	readonly speed?: number;
	/** Not called after disposing. */
	onLost(error: Error): void;
};

/** An encoder that notes when it sent each frame, to all its servers alike. One frame a write; disposing ends the publish. */
export class StopwatchPublisher implements Disposable {
	readonly #sentAt: number[] = [];
	readonly #calls: RtmpCall[] = [];
	#stop: Cancel = () => {};

	/** Resolves when all these servers take the stream and the first frame is on its way. */
	static async open(urls: readonly string[], options: PublishOptions): Promise<StopwatchPublisher> {
		const publisher = new StopwatchPublisher();
		try {
			await Promise.all(urls.map((url) => publisher.#dial(url, options)));
			publisher.#begin(options.speed ?? 1);
			return publisher;
		} catch (error) {
			publisher[Symbol.dispose]();
			throw error;
		}
	}

	/** When a frame was handed to the kernel, on this process' clock in milliseconds; undefined where it was not. */
	sentAt(number: number): number | undefined {
		return this.#sentAt[number];
	}

	/** Frames handed to the kernel from one moment to another. */
	sentBetween(from: number, to: number): number {
		return this.#sentAt.filter((at) => at >= from && at < to).length;
	}

	[Symbol.dispose](): void {
		this.#stop();
		for (const call of this.#calls) call.close();
	}

	/** Resolves when the server takes the stream. */
	async #dial(url: string, { signal, onLost }: PublishOptions): Promise<void> {
		const { host, port, app, name, tcUrl } = parseRtmpUrl(url);
		const taken = firstOf<void>(signal);
		const call = dialRtmp({
			...{ mode: "publish", host, port, app, name, tcUrl, digest: false },
			onEvent: ({ type }) => {
				if (type === "publishing") taken.give();
			},
			onEnd: (cause) => {
				this.#stop();
				onLost(new PeerLostError(`publishing ${url} ended: ${cause.message}`, { cause }));
			},
		});
		this.#calls.push(call);
		await taken.value;
	}

	#begin(speed: number): void {
		for (const header of testHeaders()) this.#send(header);
		this.#stop = pace(testFrames(), {
			clock: fast(speed),
			startAt: 0,
			onPacket: (frame) => {
				this.#sentAt.push(performance.now());
				this.#send(frame);
			},
			onEnd: () => {},
		});
	}

	#send(packet: MediaPacket): void {
		for (const call of this.#calls) call.send(packet);
	}
}

/** A clock on which `speed` seconds pass in one. */
const fast = (speed: number): Clock => ({
	...systemClock,
	now: () => systemClock.now() * speed,
	after: (delay, task) => systemClock.after(delay / speed, task),
});
