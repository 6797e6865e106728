import type { Cancel, Clock, Millis } from "#shared/base/clock";
import type { UpstreamNews } from "#shared/base/runtime";
import type { SwitchEvent } from "#shared/media/splice";
import type { OnAirChange, PullLoss } from "#shared/mesh/upstream";

/** The next frame of a standby comes much earlier. After this time the line about a loss no longer waits for the server that takes over. */
const TAKEOVER_MS: Millis = 1_000;

/** A loss that is logged when it is known which server takes over. */
type OpenLoss = { readonly server: string; readonly why: string; readonly cancel: Cancel };

/** Why a server that still played was left. */
const LEFT: Record<string, string> = {
	better: "a nearer upstream plays",
	withdrawn: "it withdrew the stream",
	failback: "a preferred upstream is back",
};

/** The words for a server that was tried again and lost again. */
const STILL: Record<PullLoss, string> = {
	lost: "still unreachable",
	idle: "still sends nothing",
	refused: "still refuses the stream",
	ended: "still does not have the stream",
	protocol: "still breaks the protocol",
	failed: "still sends what this program fails on",
};

/**
 * Tells people what happens to the upstreams of one stream, in as few lines as possible: one line for a failover (which server, why,
 * which one took over, the cost), one while a lost server stays away, one when it is back. Servers have their ids as names.
 */
export class FailoverLog {
	readonly #clock: Clock;
	readonly #tell: (news: UpstreamNews) => void;
	/** The server whose frames readers get. */
	#leader: string | undefined;
	/** Servers that were lost and are not back. True if a line said that they stay away. */
	readonly #away = new Map<string, boolean>();
	#open: OpenLoss | undefined;
	/** Why the server on air was left, in the machine's word. */
	#cause = "";

	constructor(clock: Clock, tell: (news: UpstreamNews) => void) {
		this.#clock = clock;
		this.#tell = tell;
	}

	/** The machine put another server on air, or none. */
	onAir({ from, to, cause }: Pick<OnAirChange, "from" | "to" | "cause">): void {
		this.#cause = cause;
		if (to === undefined) this.#close("no other upstream has the stream, readers wait");
		else if (this.#leader === undefined) {
			this.#leader = to;
			this.#say("info", "first", `pulled from ${to}`, { from, to });
		}
	}

	/** A pull ended by itself. `why` is the reason in words. */
	lost(server: string, reason: PullLoss, why: string): void {
		const isTold = this.#away.get(server);
		if (isTold !== undefined) {
			this.#away.set(server, true);
			if (!isTold) this.#say("info", "still", `${server} ${STILL[reason]}, trying again`, { server, why });
			return;
		}
		this.#away.set(server, false);
		if (this.#leader === undefined) {
			this.#away.set(server, true);
			this.#say("warn", "lost", `${server} does not give the stream (${why}), trying again`, { server, why });
		} else if (server === this.#leader) this.#openLoss(server, why);
		else this.#say("warn", "lost", `${server} lost (${why}); ${this.#leader} goes on`, { server, why });
	}

	/** A server brings media that is more than its history. */
	flowing(server: string): void {
		if (this.#away.delete(server)) this.#say("info", "back", `${server} is back`, { server });
	}

	/** Frames of another server are passed on. `from` and `to` are ids of servers. */
	switched(event: SwitchEvent): void {
		const { from, to, cause } = event;
		this.#leader = to;
		// Both play, and only their order changed. Nothing happened to readers.
		if (cause === "slower") return;
		const loss = this.#open?.server === from ? this.#open : undefined;
		if (loss) this.#clear();
		const taking = from === to ? "dialled again" : `${to} took over`;
		this.#say("warn", "failover", `${this.#beginning(event, loss)}${taking}, ${costOf(event)}`, {
			...event,
			...(loss && { why: loss.why }),
		});
	}

	/** The stream is over. */
	end(): void {
		this.#close("the stream is over");
	}

	#beginning({ from, cause }: SwitchEvent, loss: OpenLoss | undefined): string {
		if (loss) return `${from} lost (${loss.why}); `;
		if (cause === "silent") return `${from} fell silent; `;
		const left = LEFT[this.#cause];
		return left === undefined || this.#away.has(from) ? "" : `${from} left (${left}); `;
	}

	#openLoss(server: string, why: string): void {
		const cancel = this.#clock.after(TAKEOVER_MS, () => this.#close("nobody has taken over yet"));
		this.#open = { server, why, cancel };
	}

	#close(outcome: string): void {
		const loss = this.#open;
		if (!loss) return;
		this.#clear();
		const { server, why } = loss;
		this.#say("warn", "lost", `${server} lost (${why}); ${outcome}`, { server, why });
	}

	#clear(): void {
		this.#open?.cancel();
		this.#open = undefined;
	}

	#say(level: UpstreamNews["level"], reason: string, sentence: string, about: object): void {
		this.#tell({ level, reason, sentence, about });
	}
}

function costOf({ framesLost, gapMs, discontinuity }: SwitchEvent): string {
	const lost = framesLost === undefined ? "frames lost: not known" : `${framesLost} frames lost`;
	return `${lost}, ${spanText(gapMs)}${discontinuity ? "; another encoder's frames follow" : ""}`;
}

/** `9 ms`, `1.3 s`. */
const spanText = (ms: Millis): string => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`);
