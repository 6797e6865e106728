/** Bytes from `first` up to `last`, which is one of them. */
export type ByteRange = { readonly first: number; readonly last: number };

/**
 * What a `Range` header asks of `length` bytes (RFC 9110 §14.1.2): undefined for all of them, which is also the answer to
 * several ranges and to units that are not known; "none" where it lies outside.
 */
export function readRange(header: string | undefined, length: number): ByteRange | "none" | undefined {
	const [, from = "", to = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
	if (from === "" && to === "") return undefined;
	if (from === "")
		return to === "0" || Number(to) === 0 ? "none" : { first: Math.max(0, length - Number(to)), last: length - 1 };
	const [first, last] = [Number(from), to === "" ? length - 1 : Math.min(Number(to), length - 1)];
	if (first >= length) return "none";
	return last < first ? undefined : { first, last };
}

/** The bytes of a range of several buffers behind one another, without a copy. */
export function cut(parts: readonly Uint8Array[], { first, last }: ByteRange): Uint8Array[] {
	let at = 0;
	return parts.flatMap((part) => {
		const [from, to] = [Math.max(0, first - at), Math.min(part.length, last + 1 - at)];
		at += part.length;
		return from < to ? [part.subarray(from, to)] : [];
	});
}
