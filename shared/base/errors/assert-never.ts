/** Closes a `switch` over a union: a case that is forgotten does not compile. */
export function assertNever(value: never): never {
	throw new Error(`unhandled: ${JSON.stringify(value)}`);
}
