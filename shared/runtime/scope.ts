/**
 * What a service has opened, closed last-first. Own one per service and dispose of it once; a member that fails to close
 * does not keep the others open, and the first failure is thrown at the end.
 */
export class Scope implements AsyncDisposable {
	#members: (() => void | PromiseLike<void>)[] = [];

	/** Takes ownership; gives the member back. */
	use<T extends AsyncDisposable | Disposable>(member: T): T {
		this.defer(() => (Symbol.asyncDispose in member ? member[Symbol.asyncDispose]() : member[Symbol.dispose]()));
		return member;
	}

	/** Runs `close` when the scope ends. */
	defer(close: () => void | PromiseLike<void>): void {
		this.#members.push(close);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		const failures: unknown[] = [];
		for (let close = this.#members.pop(); close; close = this.#members.pop()) {
			try {
				await close();
			} catch (error) {
				failures.push(error);
			}
		}
		if (failures.length > 0) throw failures[0];
	}
}
