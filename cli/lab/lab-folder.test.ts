import {
	closeSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
	writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";
import { LabFolder } from "./lab-folder.ts";

function temporary(): string {
	const folder = mkdtempSync(join(tmpdir(), "millrace-test-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	return folder;
}

/** No process has it: Linux and macOS end below. */
const NOBODY = 2 ** 30;

test("what a lab left stays until the next lab begins, and what a running one has stays longer", () => {
	const labs = join(temporary(), "millrace/lab");
	mkdirSync(join(labs, `2026-01-31T12-00-00-${process.ppid}`), { recursive: true });
	mkdirSync(join(labs, `2026-01-31T11-00-00-${NOBODY}`));
	const first = new LabFolder(new ManualClock(), labs);
	first[Symbol.dispose]();
	expect(
		readdirSync(labs)
			.map((name) => Number(name.split("-").at(-1)))
			.sort(),
	).toEqual([process.pid, process.ppid].sort());
	writeFileSync(join(first.path, "edge1.log"), "of the first\n");
	using second = new LabFolder(new ManualClock(), labs);
	expect(readdirSync(second.path)).toEqual([]);
	expect(readdirSync(labs)).toHaveLength(2);
	expect(statSync(second.path).mode & 0o077).toBe(0);
});

test("a log that grows keeps its newest lines, and the writer goes on", () => {
	const clock = new ManualClock();
	using folder = new LabFolder(clock, temporary());
	const log = join(folder.path, "edge1.log");
	const fd = openSync(log, "a");
	onTestFinished(() => closeSync(fd));
	for (let times = 0; times < 2; times++) {
		truncateSync(log, 8 * 1024 * 1024 + 1);
		clock.advance(5_000);
	}
	writeSync(fd, "after\n");
	expect(readdirSync(folder.path).sort()).toEqual(["edge1.log", "edge1.log.1"]);
	expect([statSync(log).size, statSync(`${log}.1`).size]).toEqual([6, 8 * 1024 * 1024 + 1]);
});

test("a folder that is taken away ends no lab", () => {
	const clock = new ManualClock();
	using folder = new LabFolder(clock, temporary());
	rmSync(folder.path, { recursive: true });
	clock.advance(20_000);
	expect(existsSync(folder.path)).toBe(false);
});

test("where no folder can be made, one sentence says so", () => {
	const file = join(temporary(), "file");
	writeFileSync(file, "");
	expect(() => new LabFolder(new ManualClock(), file)).toThrow(StartError);
	expect(() => new LabFolder(new ManualClock(), file)).toThrow(`${file} cannot take the lab's logs`);
});
