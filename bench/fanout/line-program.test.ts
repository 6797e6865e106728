import { expect, test } from "vitest";
import { PeerLostError } from "#shared/base/errors";
import { LineProgram } from "./line-program.ts";

const forever = new AbortController().signal;

test("keeps what is said before it is asked, and answers in order", async () => {
	await using program = new LineProgram("sh", ["-c", "echo ready; cat"], forever);
	const answers = [program.ask("one"), program.ask("two")];
	expect(await Promise.all([...answers, program.ask("three")])).toEqual(["ready", "one", "two"]);
	expect(await program.line()).toBe("three");
});

test.for([
	{ name: "the program ends", command: "true", end: () => {} },
	{ name: "the run is ended", command: "cat", end: (stop: AbortController) => stop.abort() },
	{ name: "there is no such program", command: "no-such-program", end: () => {} },
])("rejects what is asked when $name", async ({ command, end }) => {
	const stop = new AbortController();
	await using program = new LineProgram(command, [], stop.signal);
	const line = program.line();
	end(stop);
	await expect(line).rejects.toBeInstanceOf(PeerLostError);
});
