import { ProtocolError } from "#shared/base/errors";

/** A thousand publishers in the middle of keyframes hold a tenth of this; without it ten thousand could hold 160 GB. */
export const MAX_UNFINISHED_BYTES = 256 * 1024 * 1024;

const REASON = "unfinished-bytes";
const WHY = "all connections together hold too many bytes of unfinished messages, and this one most of all";

/** Why a connection had to go for the sake of all others, for its `close`. */
export const OVER_BUDGET = { reason: REASON, message: WHY } as const;

/** What one connection holds of the budget. */
export class BudgetShare {
	held = 0;
	readonly onOver: () => void;
	readonly #budget: MessageBudget;

	constructor(budget: MessageBudget, onOver: () => void) {
		this.#budget = budget;
		this.onOver = onOver;
	}

	/** The connection holds so many bytes now. Throws ProtocolError where that is too much, and no other holds more. */
	holds(bytes: number): void {
		this.#budget.changed(this, bytes);
	}

	/** The connection holds nothing any more, and does not count from here on. */
	close(): void {
		this.#budget.close(this);
	}
}

/**
 * The bytes of unfinished messages of all connections of a process together. Where they pass the bound, whoever holds most
 * has to go: an encoder's keyframe is not refused because others hold all they may.
 */
export class MessageBudget {
	readonly #max: number;
	readonly #shares = new Set<BudgetShare>();
	#held = 0;

	constructor(max: number = MAX_UNFINISHED_BYTES) {
		this.#max = max;
	}

	/** What all hold. */
	get held(): number {
		return this.#held;
	}

	/** `onOver` has to end the connection: it holds most. */
	open(onOver: () => void): BudgetShare {
		const share = new BudgetShare(this, onOver);
		this.#shares.add(share);
		return share;
	}

	/** For shares alone. */
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

	/** For shares alone. */
	close(share: BudgetShare): void {
		if (this.#shares.delete(share)) this.#held -= share.held;
	}

	/** Of several that hold the same, the one that asks for more. */
	#largest(asking: BudgetShare): BudgetShare {
		let largest = asking;
		for (const share of this.#shares) if (share.held > largest.held) largest = share;
		return largest;
	}
}
