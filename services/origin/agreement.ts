import type { Cancel, Clock, Millis } from "#shared/base/clock";
import type { StreamKey } from "#shared/base/names";
import type { Timeline, TimelineAccount } from "#shared/media/timeline";

/** The other origins, and how they are asked for their account of a stream's timeline; a directory fits. */
export type OtherOrigins = {
	/** Those that are alive. */
	ids(): readonly string[];
	ask(id: string, key: StreamKey, hear: (account: TimelineAccount | undefined) => void): void;
};

export type AgreementOptions = { key: StreamKey; clock: Clock; timeline: Timeline; others: OtherOrigins };

/** So much media goes by without segments while another origin's timeline may yet be recognised: a few keyframes. */
const MOST_WAIT_MS: Millis = 3_000;
/** An origin that does not answer within this has nothing to say. */
const ANSWER_MS: Millis = 500;
/** How soon others are asked again: while segments wait for it, at the beginning, and for ever after. */
const WAITING_MS: Millis = 200;
const EARLY_MS: Millis = 1_000;
const EARLY_ROUNDS = 5;
const SHARED_MS: Millis = 10_000;
const ALONE_MS: Millis = 60_000;
/** More origins than that do not get one stream. */
const MAX_ASKED = 16;

/**
 * Brings the timeline of one published stream into step with that of another origin which gets it from the same encoder.
 * Media never waits for it. Ended by its owner.
 */
export class Agreement {
	readonly #options: AgreementOptions;
	#cancel: Cancel | undefined;
	#rounds = 0;
	/** Answers of the present round that are still to come. */
	#open = 0;
	#isShared = false;
	#over = false;

	constructor(options: AgreementOptions) {
		this.#options = options;
		this.begin();
	}

	/** The stream begins, or does not continue what was: what others say decides, for a while. */
	begin(): void {
		if (this.#over) return;
		this.#rounds = 0;
		if (this.#options.others.ids().length > 0) this.#options.timeline.wait(MOST_WAIT_MS);
		this.#ask();
	}

	end(): void {
		this.#over = true;
		this.#cancel?.();
	}

	#ask(): void {
		this.#cancel?.();
		const { others, key, clock } = this.#options;
		const round = ++this.#rounds;
		const asked = others.ids().slice(0, MAX_ASKED);
		this.#open = asked.length;
		this.#isShared = false;
		this.#cancel = clock.after(asked.length > 0 ? ANSWER_MS : EARLY_MS, () => this.#finish());
		for (const id of asked) {
			others.ask(id, key, (account) => {
				if (!this.#over && round === this.#rounds) this.#hear(account);
			});
		}
	}

	#hear(account: TimelineAccount | undefined): void {
		this.#open--;
		if (account) {
			this.#isShared = true;
			this.#options.timeline.agree(account);
		}
		if (this.#open === 0) this.#finish();
	}

	#finish(): void {
		this.#cancel?.();
		const { timeline, clock } = this.#options;
		if (!this.#isShared) timeline.own();
		const later = this.#isShared ? SHARED_MS : ALONE_MS;
		const calm = this.#rounds <= EARLY_ROUNDS ? EARLY_MS : later;
		this.#cancel = clock.after(timeline.isWaiting ? WAITING_MS : calm, () => this.#ask());
	}
}
