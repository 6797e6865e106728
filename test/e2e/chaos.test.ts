import { expect, onTestFinished, test } from "vitest";
import { compiled } from "../support/compiled.ts";
import { Program } from "../support/process.ts";

/** Also where other work takes the machine; a run itself takes half a minute. */
const WITHIN_MS = 110_000;
/** On a machine that is busy with other tests a viewer waits this much longer than it may; a parent that is missed costs more. */
const BUSY_MS = 1_500;

type Line = { scenario: string; why: string[]; frames: number; stallMs: number; stallLimitMs: number };

/** Plays scenarios of the chaos bench, those of one kind on one mesh; what it says about each. */
async function playShort(scenarios: readonly string[]): Promise<Line[]> {
	const bench = new Program(
		process.execPath,
		[compiled("bench/chaos/main.ts"), "--quick", "--reuse", "--json", "--only", scenarios.join(",")],
		{
			apt: "nodejs",
		},
	);
	// It ends what it started when it is asked to stop.
	onTestFinished(async () => {
		bench.signal("SIGTERM");
		await bench.exited;
	});
	await bench.exited;
	const lines = bench.output.split("\n").filter((line) => line.startsWith("{"));
	expect(lines, bench.output).toHaveLength(scenarios.length);
	return lines.map((line) => JSON.parse(line) as Line);
}

test.for([
	[
		"a node that dies, freezes or goes",
		["kill-origin", "freeze-origin", "drain-intermediate", "cold-kill-intermediate"],
	],
	["a server of a primary;secondary group", ["group-kill", "group-silent-encoder"]],
] as const)("%s costs no viewer a frame", { timeout: WITHIN_MS }, async ([, scenarios]) => {
	const flawless = { why: [], lost: 0, dup: 0, back: 0, unknown: 0, viewers: 2 };
	for (const [place, line] of (await playShort(scenarios)).entries()) {
		expect(line).toMatchObject({ scenario: scenarios[place], ...flawless });
		// Two viewers, two tracks.
		expect(line.frames).toBeGreaterThan(400);
		expect(line.stallMs, line.scenario).toBeLessThan(line.stallLimitMs + BUSY_MS);
	}
});
