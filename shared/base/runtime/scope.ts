/**
 * What a service has opened. Everything is closed in reverse order. Each service owns one scope and disposes of it once. If a
 * member fails to close, the others are closed all the same, and the first failure is thrown at the end.
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

/** Builds a service in order. If a step fails, everything opened before it is closed again. Disposing of the result closes the scope. */
export async function assemble<T>(build: (scope: Scope) => Promise<T>): Promise<T> {
	const scope = new Scope();
	try {
		return await build(scope);
	} catch (error) {
		await scope[Symbol.asyncDispose]();
		throw error;
	}
}
