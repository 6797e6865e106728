import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { Cluster } from "../support/cluster.ts";
import { metric } from "../support/metrics.ts";

test("a server whose log nobody reads serves on, and ends when told to", async () => {
	const cluster = await Cluster.start();
	onTestFinished(() => cluster[Symbol.asyncDispose]());
	const { http, program } = await cluster.node("edge", "e1", "{log: {pretty: false}}");
	const { child } = program;
	child.stderr?.pause();
	onTestFinished(() => void child.stderr?.resume());

	const [rounds, atOnce] = [200, 50];
	for (let round = 0; round < rounds; round++) {
		const refusals = await Promise.all(
			Array.from({ length: atOnce }, async () => {
				const response = await fetch(`${http}/live/${"%20".repeat(30)}.flv`);
				await response.arrayBuffer();
				return response.status;
			}),
		);
		expect(new Set(refusals)).toEqual(new Set([404]));
	}
	expect(await metric(http, "millrace_plays_total", { outcome: "bad-name" })).toBe(rounds * atOnce);

	program.signal("SIGTERM");
	expect(await once(child, "exit")).toEqual([0, null]);
});
