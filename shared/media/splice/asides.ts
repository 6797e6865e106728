import type { Millis } from "#shared/base/clock";
import { SAME_TIME_MS } from "./frame-window.ts";

/** 20 s of ten cue points a second; what is older than these is too late to be delivered anyway. */
const MAX_ASIDES = 256;

/** Identifies one alignment of a feed; compared by identity. */
export type Pass = object;

type Aside = { readonly mark: number; readonly time: Millis; readonly seenIn: Pass[] };

/**
 * Delivered packets that are not frames: data, and codec headers changed on air. They are too rare to be a sequence,
 * so they are known by payload and time; two equal ones of one moment are told apart by counting them per feed.
 */
export class Asides {
	#known: Aside[] = [];

	/** Whether the packet, which came in this pass, is a copy of a delivered one. */
	isCopy(mark: number, time: Millis, pass: Pass): boolean {
		const known = this.#known.find(
			(aside) => aside.mark === mark && Math.abs(aside.time - time) <= SAME_TIME_MS && !aside.seenIn.includes(pass),
		);
		known?.seenIn.push(pass);
		return known !== undefined;
	}

	/** Remembers a packet that is delivered now. */
	add(mark: number, time: Millis, pass: Pass): void {
		this.#known.push({ mark, time, seenIn: [pass] });
		if (this.#known.length > MAX_ASIDES) this.#known.shift();
	}
}
