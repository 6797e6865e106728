import { expect, test } from "vitest";
import { COMPOSED } from "../compose-stage.ts";
import { composeScenarios, wiredScenarios } from "./index.ts";

test("every scenario is played in the same containers, and under a name of its own", () => {
	const names = composeScenarios.map(({ name }) => name);
	expect(new Set(names).size).toBe(names.length);
	expect(composeScenarios.every(({ plan }) => plan === COMPOSED)).toBe(true);
});

test("what processes and containers share is there", () => {
	const names = composeScenarios.map(({ name }) => name);
	expect(names).toEqual(expect.arrayContaining(["kill-origin", "freeze-origin", "drain-origin", "kill-nats"]));
	expect(wiredScenarios.map(({ name }) => name)).toEqual(["black-hole", "partition", "slow-link"]);
});
