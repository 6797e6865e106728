import { constants, fstatSync, openSync, writeSync } from "node:fs";
import { isatty } from "node:tty";

/** Bytes that may wait for a slow log reader. Further lines are dropped and counted. */
export const MAX_QUEUED_BYTES = 1024 * 1024;
/** How often the rest of the queue is offered to a slow reader. */
const RETRY_MS = 50;
/** A process that ends waits this long for a slow reader. */
const EXIT_WAIT_MS = 500;

/**
 * Writes lines to a file descriptor at once and in order. It never waits for the reader: a paused terminal or a log collector
 * that hangs must not stop a server. The descriptor must not block, see `openStderr`. The caller owns and closes it. Errors are
 * never thrown: a line that cannot be written is lost and counted. As soon as lines flow again, `onRecovered` gets the number of
 * lost lines.
 */
export class LogOutput {
	readonly #fd: number;
	readonly #onRecovered: (lost: number) => void;
	#queue: Buffer[] = [];
	#queued = 0;
	#lost = 0;
	/** Whether the last write succeeded. */
	#isTaken = true;
	#retry: NodeJS.Timeout | undefined;

	constructor(fd: number, onRecovered: (lost: number) => void) {
		this.#fd = fd;
		this.#onRecovered = onRecovered;
	}

	write(line: string): void {
		const bytes = Buffer.from(line);
		if (this.#queued + bytes.length > MAX_QUEUED_BYTES) {
			this.#lost++;
			return;
		}
		this.#queue.push(bytes);
		this.#queued += bytes.length;
		if (this.#retry === undefined) this.#flush();
	}

	/** For the end of a process: blocks it for a moment, so that a slow reader can catch up. */
	flushAtExit(): void {
		const until = Date.now() + EXIT_WAIT_MS;
		const nothing = new Int32Array(new SharedArrayBuffer(4));
		while (!this.#drain() && Date.now() < until) Atomics.wait(nothing, 0, 0, RETRY_MS);
	}

	#flush(): void {
		this.#retry = undefined;
		if (!this.#drain()) {
			// A reader that never comes back does not keep the process alive.
			this.#retry = setTimeout(() => this.#flush(), RETRY_MS).unref();
		} else if (this.#lost > 0 && this.#isTaken) {
			const lost = this.#lost;
			this.#lost = 0;
			this.#onRecovered(lost);
		}
	}

	/** Writes what the reader takes; true if that is everything. */
	#drain(): boolean {
		let done = 0;
		let isFull = false;
		while (done < this.#queue.length && !isFull) {
			const bytes = this.#queue[done] as Buffer;
			const written = this.#tryWrite(bytes);
			this.#queued -= written;
			if (written === bytes.length) done++;
			else {
				this.#queue[done] = bytes.subarray(written);
				isFull = true;
			}
		}
		this.#queue = done === this.#queue.length ? [] : this.#queue.slice(done);
		return !isFull;
	}

	/** How many bytes are done: fewer than all if the reader is slow. */
	#tryWrite(bytes: Buffer): number {
		try {
			const written = writeSync(this.#fd, bytes);
			this.#isTaken = true;
			return written;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
			// Nobody reads any more, or the disk is full.
			this.#isTaken = false;
			this.#lost++;
			return bytes.length;
		}
	}
}

/** A descriptor of stderr that does not block, if the system has one. It stays open until the process ends. */
export function openStderr(): number {
	const { stderr } = process;
	// Other processes may write to the same pipe or terminal. A descriptor of our own leaves theirs as they are.
	if (fstatSync(stderr.fd).isFIFO() || isatty(stderr.fd)) {
		try {
			return openSync("/proc/self/fd/2", constants.O_WRONLY | constants.O_NONBLOCK);
		} catch {
			// This system has no such path, or we may not open it.
		}
	}
	// Node made pipes and sockets non-blocking when `process.stderr` was first read.
	return stderr.fd;
}
