import type { Clock, Millis } from "#shared/base/clock";
import { Allowance } from "./allowance.ts";
import { encode } from "./codec.ts";
import { type CarriedStream, MAX_STANDBY, type NodeReport, type ReportPage } from "./messages.ts";
import { paged } from "./paged.ts";

/** A report of 10,000 streams takes some 50 ms of a core: it is made once for all who ask within this time. */
const FRESH: Millis = 1_000;
/** Bytes of reports a second: a dozen people look at a node of 10,000 streams. */
const REPORT_BYTES = 8 * 1024 * 1024;
/** Names of the fields and framing of one stream in MessagePack, rounded up. */
const STREAM_OVERHEAD = 48;

/** Answers `report` for one node, from what it is told to look at. */
export class Reporter {
	readonly #clock: Clock;
	readonly #incarnation: string;
	readonly #allowed: Allowance;
	#report: (() => NodeReport) | undefined;
	#made: { readonly at: Millis; readonly pages: readonly Uint8Array[] } | undefined;

	constructor(clock: Clock, incarnation: string) {
		this.#clock = clock;
		this.#incarnation = incarnation;
		this.#allowed = new Allowance(clock, REPORT_BYTES);
	}

	/** What a report shows, from now on. */
	lookAt(report: () => NodeReport): void {
		this.#report = report;
	}

	/** The pages of an answer, none before there is anything to look at; undefined where too many ask. */
	pages(): readonly Uint8Array[] | undefined {
		if (!this.#report) return [];
		const now = this.#clock.now();
		if (!this.#made || now - this.#made.at >= FRESH) this.#made = { at: now, pages: this.#encode(this.#report()) };
		const { pages } = this.#made;
		return this.#allowed.take(pages.reduce((bytes, page) => bytes + page.length, 0)) ? pages : undefined;
	}

	#encode({ sessions, streams }: NodeReport): Uint8Array[] {
		const parts = [...paged(streams.map(fitting), sizeOf)];
		const incarnation = this.#incarnation;
		return parts.map((part, page) =>
			encode({ incarnation, page, pages: parts.length, sessions, streams: part } satisfies ReportPage),
		);
	}
}

const fitting = (stream: CarriedStream): CarriedStream => ({
	...stream,
	standby: stream.standby.slice(0, MAX_STANDBY),
});

/** An upper bound in bytes: all of it is ASCII, and a text of that length has at most three bytes of framing. */
function sizeOf({ key, upstream, standby }: CarriedStream): number {
	const servers = [upstream ?? "", ...standby].reduce((sum, text) => sum + text.length + 3, 0);
	return STREAM_OVERHEAD + key.length + servers;
}
