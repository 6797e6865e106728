/** How a bench is run by whoever asks for it. */
export type Run = {
	/** Ends it early: what it started is ended, and it throws. */
	readonly signal: AbortSignal;
	/** Says what is being done, for a person who waits. */
	say(text: string): void;
};

/**
 * What `work` gives, unless it calls `fail` or the run is ended before that. The signal that `work` gets aborts in both
 * cases; it is to heed it wherever it waits, so that what it has opened is closed.
 */
export async function unlessFailed<T>(
	ended: AbortSignal,
	work: (signal: AbortSignal, fail: (error: Error) => void) => Promise<T>,
): Promise<T> {
	const failed = new AbortController();
	const signal = AbortSignal.any([ended, failed.signal]);
	try {
		return await work(signal, (error) => failed.abort(error));
	} catch (error) {
		throw signal.aborted ? signal.reason : error;
	}
}

/** Resolves with the first value given to `give`; rejects with the signal's reason. */
export function firstOf<T>(signal: AbortSignal): { readonly value: Promise<T>; give(value: T): void } {
	let give: (value: T) => void = () => {};
	const value = new Promise<T>((resolve, reject) => {
		const onAbort = (): void => reject(signal.reason);
		give = (first) => {
			signal.removeEventListener("abort", onAbort);
			resolve(first);
		};
		if (signal.aborted) onAbort();
		else signal.addEventListener("abort", onAbort, { once: true });
	});
	// Whoever asked may be gone before it is awaited.
	value.catch(() => {});
	return { value, give };
}
