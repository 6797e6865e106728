import type { MediaPacket } from "#shared/formats/packet";
import { percentile } from "../support/percentiles.ts";
import type { StopwatchPublisher } from "../support/stopwatch-publisher.ts";
import { numberOf } from "../support/test-stream.ts";
import { openViewer } from "../support/viewer.ts";

/** Few enough to cost the load's core little, enough for a hundredth of their frames to be some. */
export const SAMPLED = 9;

export type SampleOptions = {
	readonly publisher: StopwatchPublisher;
	readonly url: string;
	onEnd(error: Error): void;
};

/** Real viewers among the others, who take frames apart and look at the clock. Disposing hangs up. */
export class Sample implements Disposable {
	readonly #options: SampleOptions;
	readonly #viewers: Disposable[] = [];
	readonly #frames: { sentAt: number; delay: number }[] = [];

	constructor(options: SampleOptions) {
		this.#options = options;
	}

	/** A third of them: to be called before, between and behind the others, since a server has an order of its own. */
	joinThird(): void {
		const { publisher, url, onEnd } = this.#options;
		const onPacket = (packet: MediaPacket, at: number): void => {
			if (packet.role !== "frame" && packet.role !== "keyframe") return;
			const sentAt = publisher.sentAt(numberOf(packet));
			if (sentAt !== undefined) this.#frames.push({ sentAt, delay: at - sentAt });
		};
		for (let count = 0; count < SAMPLED / 3; count++) this.#viewers.push(openViewer(url, { onPacket, onEnd }));
	}

	/** Delays in milliseconds of the frames that were sent between two moments. */
	between(from: number, to: number): { readonly p50: number; readonly p99: number; readonly frames: number } {
		const delays = this.#frames.filter(({ sentAt }) => sentAt >= from && sentAt < to).map(({ delay }) => delay);
		return { p50: percentile(delays, 0.5), p99: percentile(delays, 0.99), frames: delays.length };
	}

	[Symbol.dispose](): void {
		for (const viewer of this.#viewers) viewer[Symbol.dispose]();
	}
}
