import { expect, test } from "vitest";
import { ConnectionLimits } from "./connection-limits.ts";

test("bounds all connections and those of one address, and lets others in after a leave", () => {
	const limits = new ConnectionLimits({ total: 3, perAddress: 2 });
	expect([limits.enter("a"), limits.enter("a"), limits.enter("a")]).toEqual([
		undefined,
		undefined,
		"connections-per-address",
	]);
	expect([limits.enter("b"), limits.enter("c")]).toEqual([undefined, "connections"]);
	limits.leave("a");
	expect(limits.enter("c")).toBeUndefined();
	expect(limits.total).toBe(3);
});
