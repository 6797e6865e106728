import { ProtocolError } from "#shared/base/errors";

/** A thousand publishers in the middle of keyframes hold a tenth of this; without it ten thousand could hold 160 GB. */
export const MAX_UNFINISHED_BYTES = 256 * 1024 * 1024;

const REASON = "unfinished-bytes";
const WHY = "all connections together hold too many bytes of unfinished messages, and this one holds the most";

/** The cause for closing a connection because all connections together hold too much. */
export const OVER_BUDGET = { reason: REASON, message: WHY } as const;

/** The share of one connection in the budget. */
export class BudgetShare {
	held = 0;
	readonly onOver: () => void;
	readonly #budget: MessageBudget;

	constructor(budget: MessageBudget, onOver: () => void) {
		this.#budget = budget;
		this.onOver = onOver;
	}

	/** Says how many bytes the connection holds now. Throws ProtocolError if that is over the budget and no other connection holds more. */
	holds(bytes: number): void {
		this.#budget.changed(this, bytes);
	}

	/** The connection holds nothing any more and no longer counts. */
	close(): void {
		this.#budget.close(this);
	}
}

/**
 * The bytes of unfinished messages of all connections of a process. Past the bound, the connection that holds most is closed.
 * So the keyframe of an encoder is not refused because other connections hold as much as they may.
 */
export class MessageBudget {
	readonly #max: number;
	readonly #shares = new Set<BudgetShare>();
	#held = 0;

	constructor(max: number = MAX_UNFINISHED_BYTES) {
		this.#max = max;
	}

	/** Bytes that all connections hold. */
	get held(): number {
		return this.#held;
	}

	/** `onOver` must end the connection. It is called when this connection holds most and the budget is exceeded. */
	open(onOver: () => void): BudgetShare {
		const share = new BudgetShare(this, onOver);
		this.#shares.add(share);
		return share;
	}

	/** Called by shares only. */
	changed(share: BudgetShare, bytes: number): void {
		if (!this.#shares.has(share)) return;
		const isMore = bytes > share.held;
		this.#held += bytes - share.held;
		share.held = bytes;
		while (isMore && this.#held > this.#max) {
			const largest = this.#largest(share);
			this.close(largest);
			if (largest === share) throw new ProtocolError(REASON, WHY);
			largest.onOver();
		}
	}

	/** Called by shares only. */
	close(share: BudgetShare): void {
		if (this.#shares.delete(share)) this.#held -= share.held;
	}

	/** The connection that holds most. Among equals it is the one that asks for more. */
	#largest(asking: BudgetShare): BudgetShare {
		let largest = asking;
		for (const share of this.#shares) if (share.held > largest.held) largest = share;
		return largest;
	}
}
