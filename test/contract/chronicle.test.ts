import { expect, test } from "vitest";
import { Chronicle } from "../support/chronicle.ts";

const line = (msg: string, upstream: string): string =>
	JSON.stringify({ level: 20, time: "2026-01-01T00:00:00.000Z", node: "e1", key: "live/a", upstream, msg });

test.for(["upstream lost", "upstream left"])("a parent is played from until the log says: %s", (end) => {
	const chronicle = new Chronicle();
	for (const id of ["i1", "i2"]) chronicle.note(line("upstream live", id));
	expect([...chronicle.playsFrom("e1")]).toEqual(["i1", "i2"]);
	chronicle.note(line(end, "i2"));
	expect([...chronicle.playsFrom("e1")]).toEqual(["i1"]);
});
