import { expect, test } from "vitest";
import { Turns } from "../support/containers/turns.ts";

test("one begins when the one before is done, well or not", async () => {
	const turns = new Turns();
	const seen: string[] = [];
	let finish: () => void = () => {};
	const first = turns.take(async () => {
		seen.push("first begins");
		await new Promise<void>((resolve) => {
			finish = resolve;
		});
		seen.push("first ends");
	});
	const second = turns.take(async () => {
		seen.push("second");
		throw new Error("broken");
	});
	const third = turns.take(async () => "third's result");
	await expect.poll(() => seen).toEqual(["first begins"]);
	finish();
	await first;
	await expect(second).rejects.toThrow("broken");
	expect(await third).toBe("third's result");
	expect(seen).toEqual(["first begins", "first ends", "second"]);
});
