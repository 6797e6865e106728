import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the checkout. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Debian keeps servers in sbin, which the PATH of a plain user lacks; Homebrew has a folder of its own. */
const MORE_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"];

/** Tells a person how it goes; on stderr, since a command's own output follows on stdout. */
export const say = (line) => process.stderr.write(`setup: ${line}\n`);
/** Ends the set-up with one sentence. */
export const fail = (sentence, status = 1) => {
	say(sentence);
	process.exit(status);
};

export const hashOf = (content) => createHash("sha256").update(content).digest("hex");
/** The text of a file, or nothing where there is none. */
export const readIf = (path) => (existsSync(path) ? readFileSync(path, "utf8") : "");

/** The path of a program, or undefined. */
export function find(program) {
	for (const folder of [...(process.env.PATH ?? "").split(delimiter), ...MORE_FOLDERS]) {
		const path = join(folder || ".", program);
		try {
			accessSync(path, constants.X_OK);
			return path;
		} catch {}
	}
	return undefined;
}

/** Runs a program without a word; true when it succeeded, else its last lines (`ending` of them) are shown. */
export function run(program, args, { env = {}, ending = 20 } = {}) {
	const shell = process.platform === "win32";
	const done = spawnSync(program, args, {
		cwd: ROOT,
		shell,
		env: { ...process.env, ...env },
		encoding: "utf8",
		maxBuffer: 64 << 20,
	});
	if (done.status === 0) return true;
	const output = `${done.stdout ?? ""}${done.stderr ?? ""}${done.error?.message ?? ""}`.trimEnd();
	if (ending > 0) process.stderr.write(`${output.split("\n").slice(-ending).join("\n")}\n`);
	return false;
}
