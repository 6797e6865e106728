import { expect, test } from "vitest";
import { MessageBudget } from "./message-budget.ts";
import { ChunkReader } from "./reader.ts";

function stage(max: number) {
	const budget = new MessageBudget(max);
	const gone: string[] = [];
	const open = (name: string) => {
		const share = budget.open(() => gone.push(name));
		return { share, holds: (bytes: number) => share.holds(bytes) };
	};
	return { budget, gone, open };
}

const REFUSED = expect.objectContaining({ name: "ProtocolError", reason: "unfinished-bytes" });

test("whoever asks for more than is left has to go where nobody holds more", () => {
	const { budget, gone, open } = stage(100);
	const [first, second] = [open("first"), open("second")];
	first.holds(60);
	expect(() => second.holds(61)).toThrow(REFUSED);
	expect([gone, budget.held]).toEqual([[], 60]);
});

test("whoever holds most goes for the sake of one that needs little", () => {
	const { budget, gone, open } = stage(100);
	const [small, large, larger] = [open("small"), open("large"), open("larger")];
	large.holds(40);
	larger.holds(60);
	small.holds(10);
	expect([gone, budget.held]).toEqual([["larger"], 50]);
});

test("what is finished, and who is gone, does not count", () => {
	const { budget, gone, open } = stage(100);
	const [first, second] = [open("first"), open("second")];
	first.holds(90);
	first.holds(0);
	second.holds(90);
	second.share.close();
	second.holds(95);
	first.holds(100);
	expect([gone, budget.held]).toEqual([[], 100]);
});

/** A type-0 chunk header of a message of 1000 bytes on chunk stream 4, and the first of them. */
const begun = Buffer.concat([
	Buffer.from("04 000000 0003e8 09 01000000".replaceAll(" ", ""), "hex"),
	Buffer.alloc(128),
]);

test("a reader's unfinished messages count until they are complete, or it is closed", () => {
	const { budget, open } = stage(2000);
	const reader = new ChunkReader();
	reader.countIn(open("reader").share);
	reader.push(begun);
	expect(budget.held).toBe(1000);
	for (let left = 1000 - 128; left > 0; left -= 128) {
		reader.push(Buffer.concat([Buffer.of(0xc4), Buffer.alloc(Math.min(left, 128))]));
	}
	expect([budget.held, reader.bufferedBytes]).toEqual([0, 0]);
	reader.push(begun);
	reader.close();
	expect([budget.held, reader.bufferedBytes]).toEqual([0, 0]);
});
