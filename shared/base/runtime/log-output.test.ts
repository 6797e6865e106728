import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { LogOutput, MAX_QUEUED_BYTES } from "./log-output.ts";

/** A named pipe, both ends of which are one descriptor that does not block. Its content is read with `read`. */
function openPipe(): { fd: number; read: (most?: number) => string } {
	const folder = mkdtempSync(join(tmpdir(), "millrace-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const path = join(folder, "pipe");
	execFileSync("mkfifo", [path]);
	const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
	onTestFinished(() => closeSync(fd));
	return {
		fd,
		read(most = Number.POSITIVE_INFINITY) {
			const parts: Buffer[] = [];
			for (let left = most; left > 0; ) {
				const part = Buffer.alloc(Math.min(left, 65_536));
				try {
					const size = readSync(fd, part);
					parts.push(part.subarray(0, size));
					left -= size;
				} catch (error) {
					if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
					break;
				}
			}
			return Buffer.concat(parts).toString();
		},
	};
}

/** A line of 100 bytes that says its number; the é is two. */
const line = (number: number) => `${`${number} é`.padEnd(98, ".")}\n`;

/** As timers run, what comes out of a pipe until nothing more does. */
function readAll(read: () => string): string {
	let all = "";
	for (let part = read(); part !== ""; part = read()) {
		all += part;
		vi.advanceTimersByTime(1000);
	}
	return all;
}

function useFakeTime(): void {
	vi.useFakeTimers();
	onTestFinished(() => {
		vi.useRealTimers();
	});
}

test("lines are there as soon as they are written", () => {
	const { fd, read } = openPipe();
	const output = new LogOutput(fd, () => {});
	output.write("one\n");
	output.write("two\n");
	expect(read()).toBe("one\ntwo\n");
});

test("a pipe that nobody reads holds nobody up; whole lines come in order once it is read, and the lost are counted", () => {
	useFakeTime();
	const { fd, read } = openPipe();
	const onRecovered = vi.fn();
	const output = new LogOutput(fd, onRecovered);
	const count = 20_000;
	for (let number = 0; number < count; number++) output.write(line(number));
	vi.advanceTimersByTime(10_000);
	expect(onRecovered).not.toHaveBeenCalled();

	const lines = readAll(read).split("\n").slice(0, -1);
	expect(lines).toEqual(Array.from(lines, (_, number) => line(number).slice(0, -1)));
	expect(lines.length * 100).toBeGreaterThan(MAX_QUEUED_BYTES - 100);
	expect(lines.length).toBeLessThan(count);
	expect(onRecovered.mock.calls).toEqual([[count - lines.length]]);

	output.write("again\n");
	expect(read()).toBe("again\n");
});

test("a line that fits only in part is continued where it stopped", () => {
	useFakeTime();
	const { fd, read } = openPipe();
	const output = new LogOutput(fd, () => {});
	const long = `${"é".repeat(100_000)}\n`;
	output.write(long);
	output.write("next\n");
	expect(readAll(read)).toBe(`${long}next\n`);
});

test("lines that cannot be written take nobody down, and saying so waits for one that can", () => {
	const fd = openSync("/dev/null", constants.O_RDONLY);
	onTestFinished(() => closeSync(fd));
	const onRecovered = vi.fn((lost: number) => output.write(`${lost} lost\n`));
	const output = new LogOutput(fd, onRecovered);
	output.write("one\n");
	output.write("two\n");
	output.flushAtExit();
	expect(onRecovered).not.toHaveBeenCalled();
});

test("at the end of the process a reader that is behind gets a moment, one that hangs no more than that", () => {
	const { fd, read } = openPipe();
	const output = new LogOutput(fd, () => {});
	for (let number = 0; number < 2000; number++) output.write(line(number));
	const first = read(50_000);
	output.flushAtExit();
	const rest = read();
	expect(Buffer.byteLength(first + rest)).toBeGreaterThan(65_536);
	expect((first + rest).startsWith(line(0))).toBe(true);
});
