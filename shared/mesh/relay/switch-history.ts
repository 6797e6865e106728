import type { SwitchEvent } from "#shared/media/splice";

/** One switch of upstreams as it is kept for those who look. */
export type SwitchRecord = Omit<SwitchEvent, "framesLost"> & {
	/** UTC. */
	readonly at: string;
	readonly framesLost: number | null;
	/** None of one encoder's, whose copies are recognised; null where another encoder's follow. */
	readonly framesRepeated: number | null;
};

/** Enough for an hour of an upstream that flaps each minute; older ones are forgotten. */
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

	/** Switches ever, the forgotten ones too. */
	get total(): number {
		return this.#total;
	}

	get records(): readonly SwitchRecord[] {
		return this.#records;
	}
}
