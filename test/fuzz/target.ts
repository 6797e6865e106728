import { MeshError } from "#shared/base/errors";
import type { Corpus } from "./mutate.ts";
import type { Random } from "./random.ts";

/** Something that reads what a peer wrote. `run` returns, or throws a MeshError; anything else it throws is a find. */
export type FuzzTarget = Corpus & { name: string; run(input: Buffer, random: Random): void };

/** An input in pieces of 1 to 2000 bytes. */
export function cutRandomly(input: Buffer, random: Random): Buffer[] {
	const parts: Buffer[] = [];
	for (let start = 0; start < input.length; ) {
		const size = 1 + random.below(random.pick([1, 16, 300, 2000]));
		parts.push(input.subarray(start, start + size));
		start += size;
	}
	return parts;
}

/** What a reader gives for pieces: a value, or undefined where it throws a MeshError. */
export function outcome<T>(read: (piece: Buffer) => T[], parts: Buffer[]): T[] | undefined {
	try {
		return parts.flatMap(read);
	} catch (error) {
		if (error instanceof MeshError) return undefined;
		throw error;
	}
}
