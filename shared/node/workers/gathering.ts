import type { Cancel, Clock, Millis } from "#shared/base/clock";
import type { FromWorker, Question, ToWorker } from "./worker-messages.ts";

/** Prometheus waits ten seconds. A busy worker answers in less than one, a frozen worker never. */
const ANSWER_MS: Millis = 1_000;

type Member = { readonly isReady: boolean; send(message: ToWorker): void };

type Round = { readonly waiting: Set<Member>; readonly texts: string[]; finish(): void };

/** Collects the answers of all workers to a question for the worker that asked it. */
export class Gathering {
	readonly #clock: Clock;
	readonly #members: readonly Member[];
	/** The metrics of the pool's own process. */
	readonly #own: () => Promise<string>;
	readonly #rounds = new Map<number, Round>();
	#asked = 0;

	constructor(clock: Clock, members: readonly Member[], own: () => Promise<string>) {
		this.#clock = clock;
		this.#members = members;
		this.#own = own;
	}

	take(from: Member, message: FromWorker): void {
		if (message.event === "show-all") void this.#begin(from, message);
		else if (message.event === "shown") this.#note(from, message.ask, message.text);
	}

	async #begin(asker: Member, { ask: theirAsk, about, what }: Question & { ask: number }): Promise<void> {
		const texts = about === "metrics" ? [await this.#own()] : [];
		const ask = ++this.#asked;
		const others = this.#members.filter((member) => member !== asker && member.isReady);
		let cancel: Cancel = () => {};
		const finish = (): void => {
			cancel();
			this.#rounds.delete(ask);
			asker.send({ event: "shown-all", ask: theirAsk, texts });
		};
		if (others.length === 0) return finish();
		cancel = this.#clock.after(ANSWER_MS, finish);
		this.#rounds.set(ask, { waiting: new Set(others), texts, finish });
		for (const other of others) other.send({ event: "show", ask, about, what });
	}

	#note(from: Member, ask: number, text: string): void {
		const round = this.#rounds.get(ask);
		if (!round?.waiting.delete(from)) return;
		round.texts.push(text);
		if (round.waiting.size === 0) round.finish();
	}
}
