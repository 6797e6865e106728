import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { Cancel, Clock, Millis } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";

/** A log that grows past this becomes `NAME.log.1`, in place of the one before, and begins anew: days of a lab fit. */
const MAX_LOG_BYTES = 8 * 1024 * 1024;
/** Between two looks a log grows by some hundred KiB at most. */
const LOOK_MS: Millis = 5_000;

/**
 * Where a lab's processes have their logs and configuration files. It stays when the lab ends, in whatever way, until the next
 * one begins; a lab that still runs keeps its own. Disposing only ends the watch over the size of the logs.
 */
export class LabFolder implements Disposable {
	readonly path: string;
	readonly #clock: Clock;
	#cancel: Cancel = () => {};

	/** Makes it, and takes away what earlier labs left. Throws StartError. */
	constructor(clock: Clock, labs = labsFolder()) {
		// The process id tells a lab that runs from one that is over.
		const began = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
		this.path = join(labs, `${began}-${process.pid}`);
		this.#clock = clock;
		try {
			for (const lab of leftIn(labs)) rmSync(join(labs, lab), { recursive: true, force: true });
			// A cluster's key may stand in a configuration.
			mkdirSync(this.path, { recursive: true, mode: 0o700 });
		} catch (error) {
			const why = error instanceof Error ? error.message : "";
			throw new StartError(`${labs} cannot take the lab's logs (XDG_STATE_HOME moves it): ${why}`, { cause: error });
		}
		this.#watch();
	}

	[Symbol.dispose](): void {
		this.#cancel();
	}

	#watch(): void {
		this.#cancel = this.#clock.after(LOOK_MS, () => {
			this.#watch();
			try {
				for (const name of readdirSync(this.path)) if (name.endsWith(".log")) shorten(join(this.path, name));
			} catch {
				// The folder was taken away, or the disk is full: the lab goes on.
			}
		});
	}
}

/** `$XDG_STATE_HOME/millrace/lab`, by default below `~/.local/state` (XDG Base Directory Specification). */
function labsFolder(): string {
	const { XDG_STATE_HOME: state = "" } = process.env;
	return join(isAbsolute(state) ? state : join(homedir(), ".local/state"), "millrace/lab");
}

/** Folders of labs that are over. */
function leftIn(labs: string): string[] {
	mkdirSync(labs, { recursive: true });
	return readdirSync(labs).filter((name) => {
		const pid = Number(name.split("-").at(-1));
		return pid > 0 && (pid === process.pid || !isRunning(pid));
	});
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}

/** Its writer appends, so that it goes on at the new end. */
function shorten(log: string): void {
	if (statSync(log).size <= MAX_LOG_BYTES) return;
	copyFileSync(log, `${log}.1`);
	truncateSync(log);
}
