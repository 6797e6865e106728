/** Does one thing after another, in the order they were asked for. */
export class Turns {
	#last: Promise<unknown> = Promise.resolve();

	/** Does it when all before is done, well or not. */
	take<T>(work: () => Promise<T>): Promise<T> {
		const done = this.#last.then(work, work);
		this.#last = done.catch(() => {});
		return done;
	}
}
