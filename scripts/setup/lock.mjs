import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashOf, ROOT, readIf, say } from "./machine.mjs";

/** A checkout has one lock. It stands outside, since npm empties node_modules and the checkout holds what is its own. */
const LOCK = join(tmpdir(), `millrace-setup-${process.getuid?.() ?? 0}-${hashOf(ROOT).slice(0, 12)}`);
/** The longest first set-up on a slow line takes minutes; an older lock is left over, whoever has its pid today. */
const LOCK_LIFE_MS = 30 * 60_000;
/** A lock without a pid is being made, or was given up at once. */
const LOCK_BIRTH_MS = 5000;

function takeLock() {
	try {
		mkdirSync(LOCK);
	} catch (error) {
		if (error.code === "EEXIST") return false;
		throw error;
	}
	writeFileSync(join(LOCK, "pid"), String(process.pid));
	process.on("exit", () => rmSync(LOCK, { recursive: true, force: true }));
	return true;
}

function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === "EPERM";
	}
}

function isLeftOver(pid) {
	const age = Date.now() - statSync(LOCK).mtimeMs;
	return pid > 0 ? age > LOCK_LIFE_MS || !isAlive(pid) : age > LOCK_BIRTH_MS;
}

/** Takes a left-over lock away; moved first, so that of two who try one succeeds, and put back if it turns out to be a new one. */
function clearLeftOver() {
	try {
		const pid = readIf(join(LOCK, "pid"));
		if (!isLeftOver(Number(pid))) return Number(pid);
		const aside = `${LOCK}.${process.pid}`;
		renameSync(LOCK, aside);
		if (readIf(join(aside, "pid")) === pid) rmSync(aside, { recursive: true, force: true });
		else renameSync(aside, LOCK);
	} catch {
		// Gone while looked at: its owner is done.
	}
	return 0;
}

/** Waits until no other setup of this checkout runs; the lock is let go when the process ends. */
export function waitForLock() {
	const beat = new Int32Array(new SharedArrayBuffer(4));
	let told = false;
	while (!takeLock()) {
		const owner = clearLeftOver();
		if (owner > 0 && !told) say(`waiting for another setup (process ${owner}) …`);
		told ||= owner > 0;
		Atomics.wait(beat, 0, 0, 200);
	}
}
