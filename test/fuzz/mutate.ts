import type { Random } from "./random.ts";

/** Longer inputs find nothing that these do not, and cost time. */
const MAX_INPUT_BYTES = 64 * 1024;
const MAX_MUTATIONS = 8;
const INTERESTING = [
	0, 1, 2, 3, 4, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0xfffffe, 0xffffff, 0x7fffffff, 0x80000000, 0xffffffff,
];

/** Valid inputs, and byte sequences that mean something to the parser. */
export type Corpus = { seeds: readonly [Buffer, ...Buffer[]]; words: readonly Buffer[] };

type Mutation = (bytes: Buffer, random: Random, corpus: Corpus) => Buffer;

const flipBit: Mutation = (bytes, random) => {
	const at = random.below(bytes.length);
	bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
	return bytes;
};

const setByte: Mutation = (bytes, random) => {
	bytes[random.below(bytes.length)] = random.u32();
	return bytes;
};

const setNumber: Mutation = (bytes, random) => {
	const width = random.pick([1, 2, 3, 4]);
	if (bytes.length < width) return bytes;
	const value = (INTERESTING[random.below(INTERESTING.length)] ?? 0) % 2 ** (8 * width);
	const at = random.below(bytes.length - width + 1);
	if (random.oneIn(4)) bytes.writeUIntLE(value, at, width);
	else bytes.writeUIntBE(value, at, width);
	return bytes;
};

const span = (bytes: Buffer, random: Random): [start: number, end: number] => {
	const start = random.below(bytes.length);
	const most = random.pick([1, 4, 16, 256, 4096]);
	return [start, Math.min(bytes.length, start + 1 + random.below(most))];
};

const insert = (bytes: Buffer, at: number, piece: Buffer): Buffer =>
	Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);

const removeSpan: Mutation = (bytes, random) => {
	const [start, end] = span(bytes, random);
	return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
};

const repeatSpan: Mutation = (bytes, random) => {
	const [start, end] = span(bytes, random);
	const times = random.oneIn(8) ? random.below(200) : 1;
	return insert(bytes, end, Buffer.concat(Array(times).fill(bytes.subarray(start, end))));
};

const moveSpan: Mutation = (bytes, random) => {
	const [start, end] = span(bytes, random);
	return insert(bytes, random.below(bytes.length), bytes.subarray(start, end));
};

const truncate: Mutation = (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1));

const splice: Mutation = (bytes, random, { seeds }) => {
	const other = random.pick(seeds);
	return Buffer.concat([bytes.subarray(0, random.below(bytes.length + 1)), other.subarray(random.below(other.length))]);
};

const insertWord: Mutation = (bytes, random, { words }) => {
	const word = words[random.below(words.length)];
	return word ? insert(bytes, random.below(bytes.length + 1), word) : bytes;
};

const insertNoise: Mutation = (bytes, random) => {
	const noise = Buffer.from(Array.from({ length: 1 + random.below(32) }, () => random.below(256)));
	return insert(bytes, random.below(bytes.length + 1), noise);
};

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
	flipBit,
	setByte,
	setNumber,
	removeSpan,
	repeatSpan,
	moveSpan,
	truncate,
	splice,
	insertWord,
	insertNoise,
];

/** A new input: one of the seeds, changed in one to eight ways. */
export function mutate(corpus: Corpus, random: Random): Buffer {
	let bytes: Buffer = Buffer.from(random.pick(corpus.seeds));
	for (let count = 1 + random.below(MAX_MUTATIONS); count > 0; count--) {
		const mutation = random.pick(MUTATIONS);
		// What changes a byte in place needs one.
		if (bytes.length > 0 || mutation === insertWord || mutation === insertNoise)
			bytes = mutation(bytes, random, corpus);
	}
	return bytes.subarray(0, MAX_INPUT_BYTES);
}
