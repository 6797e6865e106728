import { ProtocolError } from "#shared/base/errors";

/** A register page nests four deep; twice that leaves room for fields of later versions. */
const MAX_DEPTH = 8;
/** A full register page holds 2,000 streams of at most 42 values each. */
const MAX_ITEMS = 100_000;

const malformed = (what: string) =>
	new ProtocolError("malformed", `A control message is not plain MessagePack: ${what}.`);

/** Bytes that follow the token of a value with a fixed size (MessagePack spec, "Formats"). */
const FIXED: ReadonlyMap<number, number> = new Map([
	[0xc0, 0],
	[0xc2, 0],
	[0xc3, 0],
	[0xca, 4],
	[0xcb, 8],
	[0xcc, 1],
	[0xcd, 2],
	[0xce, 4],
	[0xcf, 8],
	[0xd0, 1],
	[0xd1, 2],
	[0xd2, 4],
	[0xd3, 8],
]);

type Group = "bytes" | "text" | "array" | "map";
/** Values whose size follows the token, and how many bytes that size takes. */
const SIZED: ReadonlyMap<number, readonly [Group, 1 | 2 | 4]> = new Map([
	[0xc4, ["bytes", 1]],
	[0xc5, ["bytes", 2]],
	[0xc6, ["bytes", 4]],
	[0xd9, ["text", 1]],
	[0xda, ["text", 2]],
	[0xdb, ["text", 4]],
	[0xdc, ["array", 2]],
	[0xdd, ["array", 4]],
	[0xde, ["map", 2]],
	[0xdf, ["map", 4]],
]);

/**
 * Throws unless `bytes` are one MessagePack value of plain maps with text keys, arrays, text, bytes, numbers, booleans and nil.
 * Extension types stay out because a decoder makes objects and code of them; one pass, no recursion, nothing allocated by size.
 */
export function checkShape(bytes: Uint8Array): void {
	const walk = new Walk(bytes);
	walk.run();
}

class Walk {
	readonly #bytes: Uint8Array;
	#at = 0;
	#items = 0;
	/** For every open array or map: values still to come, and whether it is a map (then its even ones are keys). */
	readonly #open: { left: number; isMap: boolean }[] = [];

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	run(): void {
		do {
			const group = this.#open.at(-1);
			const isKey = group?.isMap === true && group.left % 2 === 0;
			if (group) group.left--;
			this.#value(isKey);
			while (this.#open.at(-1)?.left === 0) this.#open.pop();
		} while (this.#open.length > 0);
		if (this.#at !== this.#bytes.length) throw malformed("bytes are left over");
	}

	#value(isKey: boolean): void {
		if (++this.#items > MAX_ITEMS) throw malformed(`it holds more than ${MAX_ITEMS} values`);
		const token = this.#uint(1);
		const [kind, size] = this.#read(token);
		if (isKey && kind !== "text") throw malformed("a map key is not text");
		if (kind === "array") this.#enter(size, false);
		else if (kind === "map") this.#enter(size * 2, true);
		else this.#skip(size);
	}

	#read(token: number): readonly [Group, number] {
		if (token < 0x80 || token >= 0xe0) return ["bytes", 0];
		if (token < 0x90) return ["map", token & 0x0f];
		if (token < 0xa0) return ["array", token & 0x0f];
		if (token < 0xc0) return ["text", token & 0x1f];
		const fixed = FIXED.get(token);
		if (fixed !== undefined) return ["bytes", fixed];
		const sized = SIZED.get(token);
		if (sized === undefined) throw malformed(`it holds a value of type 0x${token.toString(16)}`);
		return [sized[0], this.#uint(sized[1])];
	}

	#enter(left: number, isMap: boolean): void {
		if (this.#open.length >= MAX_DEPTH) throw malformed(`it nests deeper than ${MAX_DEPTH}`);
		// Every value takes a byte, so a larger count is a lie that need not be walked.
		if (left > this.#bytes.length - this.#at) throw malformed("it ends early");
		if (left > 0) this.#open.push({ left, isMap });
	}

	#skip(size: number): void {
		if (size > this.#bytes.length - this.#at) throw malformed("it ends early");
		this.#at += size;
	}

	#uint(size: 1 | 2 | 4): number {
		const from = this.#at;
		this.#skip(size);
		let value = 0;
		for (let at = from; at < this.#at; at++) value = value * 256 + (this.#bytes[at] ?? 0);
		return value;
	}
}
