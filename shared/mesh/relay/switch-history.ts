import type { SwitchEvent } from "#shared/media/splice";

/** One switch between upstreams, as the API shows it. */
export type SwitchRecord = Omit<SwitchEvent, "framesLost"> & {
	/** UTC. */
	readonly at: string;
	readonly framesLost: number | null;
	/** 0 for frames of one encoder, whose copies are recognised; null if frames of another encoder follow. */
	readonly framesRepeated: number | null;
};

/** Enough for an hour of an upstream that fails every minute. Older records are forgotten. */
const MAX_RECORDS = 64;

/** The last switches of one subscription, oldest first. */
export class SwitchHistory {
	readonly #records: SwitchRecord[] = [];

	#total = 0;

	note({ framesLost, ...event }: SwitchEvent): void {
		this.#total++;
		this.#records.push({
			at: new Date().toISOString(),
			...event,
			framesLost: framesLost ?? null,
			framesRepeated: event.discontinuity ? null : 0,
		});
		if (this.#records.length > MAX_RECORDS) this.#records.shift();
	}

	/** All switches, including forgotten ones. */
	get total(): number {
		return this.#total;
	}

	get records(): readonly SwitchRecord[] {
		return this.#records;
	}
}
