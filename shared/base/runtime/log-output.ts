import { constants, fstatSync, openSync, writeSync } from "node:fs";
import { isatty } from "node:tty";

/** What waits for a log reader that is behind. What comes on top is dropped and counted. */
export const MAX_QUEUED_BYTES = 1024 * 1024;
/** How often the rest of the queue is offered to a reader that is behind. */
const RETRY_MS = 50;
/** A process that ends waits this long for such a reader. */
const EXIT_WAIT_MS = 500;

/**
 * Writes lines to a file descriptor at once, in order, and never waits for whoever reads them: a terminal that is held or a
 * log collector that hangs must not stop a server. Give it a descriptor that does not block, see `openStderr`; the descriptor
 * stays the caller's. Errors are never thrown: a line that cannot be written is lost and counted. `onRecovered` is told how
 * many were lost as soon as lines flow again.
 */
export class LogOutput {
	readonly #fd: number;
	readonly #onRecovered: (lost: number) => void;
	#queue: Buffer[] = [];
	#queued = 0;
	#lost = 0;
	/** The last line that was tried went out. */
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

	/** For the end of a process: gives a reader that is behind a moment, on which everything waits. */
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

	/** Writes what the reader takes; true where that is everything. */
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

	/** How many bytes are done with: fewer than all where the reader is behind. */
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

/** A descriptor of stderr that does not block, where there is such a one; open until the process ends. */
export function openStderr(): number {
	const { stderr } = process;
	// Other processes may write to the same pipe or terminal: this one does not block, theirs stay as they are.
	if (fstatSync(stderr.fd).isFIFO() || isatty(stderr.fd)) {
		try {
			return openSync("/proc/self/fd/2", constants.O_WRONLY | constants.O_NONBLOCK);
		} catch {
			// No such path on this system, or not ours to open.
		}
	}
	// Node has made a pipe or socket one that does not block as `process.stderr` was asked for.
	return stderr.fd;
}
