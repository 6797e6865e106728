import type { Cancel, Clock, Millis } from "#shared/base/clock";
import type { MediaPacket } from "#shared/formats/packet";

export type PaceOptions = {
	clock: Clock;
	/** The media time that is now. */
	startAt: Millis;
	/** Ends after this span of media time. */
	span?: Millis;
	onPacket(packet: MediaPacket): void;
	onEnd(): void;
};

/** Gives out packets when their time has come, each measured from the start, so that delays do not add up. */
export function pace(packets: Iterator<MediaPacket>, options: PaceOptions): Cancel {
	const { clock, startAt, span = Number.POSITIVE_INFINITY } = options;
	const begin = clock.now();
	let cancelled = false;
	let next = packets.next();
	let cancelTimer: Cancel = () => {};

	const turn = (): void => {
		while (!cancelled && !next.done && next.value.time - startAt < span) {
			const wait = next.value.time - startAt - (clock.now() - begin);
			if (wait > 0) {
				// Whole milliseconds up: a timer cuts fractions off and would come early.
				cancelTimer = clock.after(Math.ceil(wait), turn);
				return;
			}
			options.onPacket(next.value);
			next = packets.next();
		}
		if (!cancelled) options.onEnd();
	};
	cancelTimer = clock.after(0, turn);
	return () => {
		cancelled = true;
		cancelTimer();
	};
}
