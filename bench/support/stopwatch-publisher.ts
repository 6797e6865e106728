import { type Cancel, type Clock, systemClock } from "#shared/base/clock";
import { type MeshError, PeerLostError } from "#shared/base/errors";
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
	onLost(error: MeshError): void;
};

/** An encoder that notes when it sent each frame. One frame a write; disposing ends the publish. */
export class StopwatchPublisher implements Disposable {
	readonly #sentAt: number[] = [];
	readonly #call: RtmpCall;
	#stop: Cancel = () => {};

	/** Resolves when the server takes the stream and the first frame is on its way. */
	static async open(url: string, options: PublishOptions): Promise<StopwatchPublisher> {
		const begun = firstOf<void>(options.signal);
		const publisher = new StopwatchPublisher(url, options, begun.give);
		try {
			await begun.value;
			return publisher;
		} catch (error) {
			publisher[Symbol.dispose]();
			throw error;
		}
	}

	private constructor(url: string, { speed = 1, onLost }: PublishOptions, onPublishing: () => void) {
		const { host, port, app, name, tcUrl } = parseRtmpUrl(url);
		this.#call = dialRtmp({
			mode: "publish",
			host,
			port,
			app,
			name,
			tcUrl,
			digest: false,
			onEvent: (event) => {
				if (event.type !== "publishing") return;
				this.#begin(speed);
				onPublishing();
			},
			onEnd: (error) => {
				this.#stop();
				onLost(new PeerLostError(`publishing ${url} ended: ${error.message}`, { cause: error }));
			},
		});
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
		this.#call.close();
	}

	#begin(speed: number): void {
		for (const header of testHeaders()) this.#call.send(header);
		this.#stop = pace(testFrames(), {
			clock: fast(speed),
			startAt: 0,
			onPacket: (frame) => {
				this.#sentAt.push(performance.now());
				this.#call.send(frame);
			},
			onEnd: () => {},
		});
	}
}

/** A clock on which `speed` seconds pass in one. */
const fast = (speed: number): Clock => ({
	...systemClock,
	now: () => systemClock.now() * speed,
	after: (delay, task) => systemClock.after(delay / speed, task),
});
