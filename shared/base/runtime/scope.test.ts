import { expect, test } from "vitest";
import { Scope } from "./scope.ts";

test("closes last-first, all of them, and then throws the first failure", async () => {
	const closed: string[] = [];
	const scope = new Scope();
	scope.defer(() => {
		closed.push("a");
	});
	scope.use({ [Symbol.dispose]: () => void closed.push("b") });
	scope.defer(() => {
		throw new Error("c does not close");
	});
	scope.use({ [Symbol.asyncDispose]: async () => void closed.push("d") });
	await expect(scope[Symbol.asyncDispose]()).rejects.toThrow("c does not close");
	expect(closed).toEqual(["d", "b", "a"]);
	await scope[Symbol.asyncDispose]();
	expect(closed).toHaveLength(3);
});
