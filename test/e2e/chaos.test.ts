import { expect, onTestFinished, test } from "vitest";
import { Program } from "../support/process.ts";

const SHORT = ["kill-origin", "freeze-origin", "kill-intermediate", "drain-intermediate", "cold-kill-intermediate"];
/** Also where other work takes the machine; the run itself takes half a minute. */
const WITHIN_MS = 110_000;

type Line = { scenario: string; why: string[]; frames: number };

/** Plays scenarios of the chaos bench on one mesh; what it says about each. */
async function playShort(): Promise<Line[]> {
	const args = ["--conditions=source", "--import", "tsx", "bench/chaos/main.ts"];
	const bench = new Program(process.execPath, [...args, "--quick", "--reuse", "--json", "--only", SHORT.join(",")], {
		apt: "nodejs",
	});
	// It ends what it started when it is asked to stop.
	onTestFinished(async () => {
		bench.signal("SIGTERM");
		await bench.exited;
	});
	await bench.exited;
	const lines = bench.output.split("\n").filter((line) => line.startsWith("{"));
	expect(lines, bench.output).toHaveLength(SHORT.length);
	return lines.map((line) => JSON.parse(line) as Line);
}

test("a node that dies, freezes or goes costs no viewer a frame", { timeout: WITHIN_MS }, async () => {
	const flawless = { why: [], lost: 0, dup: 0, back: 0, unknown: 0, headers: 2, viewers: 2 };
	for (const [place, line] of (await playShort()).entries()) {
		expect(line).toMatchObject({ scenario: SHORT[place], ...flawless });
		// Two viewers, two tracks.
		expect(line.frames).toBeGreaterThan(400);
	}
});
