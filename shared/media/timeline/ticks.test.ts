import { expect, test } from "vitest";
import { firstNumber, ticksOf } from "./ticks.ts";

test("the first number counts half seconds since 2020 and fits into 31 bits", () => {
	expect(firstNumber(ticksOf(Date.UTC(2020, 0, 1, 0, 1)))).toBe(120);
	expect(firstNumber(ticksOf(Date.UTC(2050, 0, 1)))).toBeLessThan(2 ** 31);
});

test("a clock that was never set gives a number, too", () => {
	expect(firstNumber(ticksOf(0))).toBe(0);
});
