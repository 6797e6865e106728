import { expect, test } from "vitest";
import { ProtocolError } from "#shared/base/errors";
import { type Find, tryInput } from "../fuzz/fuzz.ts";
import type { FuzzTarget } from "../fuzz/target.ts";
import { targets } from "../fuzz/targets/index.ts";

/** Enough to notice what a change breaks; `npm run fuzz` looks further. */
const INPUTS = 2000;
const SEED = 1;

function firstFind(target: FuzzTarget): Find | undefined {
	for (let index = 0; index < INPUTS; index++) {
		const find = tryInput(target, SEED, index);
		if (find) return find;
	}
	return undefined;
}

test.for(targets.map((target) => [target.name, target] as const))(
	"%s keeps its promises for mutated input",
	([, target]) => {
		expect(firstFind(target)).toBeUndefined();
	},
);

const probe = (run: FuzzTarget["run"]): FuzzTarget => ({ name: "probe", seeds: [Buffer.from("seed")], words: [], run });

test("a refusal is no find, any other error is, and so is a changed input", () => {
	const refuse = probe(() => {
		throw new ProtocolError("reason", "a sentence");
	});
	const fail = probe(() => {
		throw new TypeError("not a function");
	});
	const write = probe((input) => {
		input.fill(0xa5);
	});
	expect(firstFind(refuse)).toBeUndefined();
	expect(firstFind(fail)).toMatchObject({
		target: "probe",
		index: 0,
		problem: expect.stringContaining("not a function"),
	});
	expect(firstFind(write)).toMatchObject({ problem: "changed its input" });
});

test("the same seed and number make the same input, other numbers others", () => {
	const seen: string[] = [];
	const keep = probe((input) => {
		seen.push(input.toString("hex"));
	});
	for (const index of [7, 7, 8, 9, 10]) tryInput(keep, SEED, index);
	expect(seen[0]).toBe(seen[1]);
	expect(new Set(seen).size).toBeGreaterThan(2);
});
