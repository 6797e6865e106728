import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fail, hashOf, ROOT, readIf, run, say } from "./machine.mjs";

const DIST = join(ROOT, "dist");
const buildStamp = join(DIST, ".millrace-setup");

/** All files below a folder that end so, as paths from the project's root. */
function filesBelow(folder, ending) {
	if (!existsSync(folder)) return [];
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) return entry.name === "node_modules" ? [] : filesBelow(path, ending);
		return ending.test(entry.name) ? [path] : [];
	});
}

/** Changes whenever a source, the settings of the compiler or an installed package does. */
function sourceState() {
	const folders = JSON.parse(readFileSync(join(ROOT, "tsconfig.build.json"), "utf8")).include;
	const sources = folders.flatMap((folder) => filesBelow(join(ROOT, folder), /\.ts$/));
	const settings = ["tsconfig.json", "tsconfig.build.json", "package.json", "package-lock.json"].map((name) =>
		join(ROOT, name),
	);
	const lines = [...sources, ...settings].map((path) => {
		const { size, mtimeMs } = statSync(path);
		return `${relative(ROOT, path)} ${size} ${mtimeMs}`;
	});
	return hashOf(lines.sort().join("\n"));
}

export const buildMissing = () => readIf(buildStamp) !== sourceState();

/** What was compiled from a source that is gone would still be found by whoever imports it. */
function removeOrphans() {
	for (const path of filesBelow(DIST, /\.(js|js\.map|d\.ts)$/)) {
		const source = relative(DIST, path).replace(/\.(js|js\.map|d\.ts)$/, ".ts");
		if (!existsSync(join(ROOT, source))) rmSync(path);
	}
}

export function build() {
	say("compiling …");
	const state = sourceState();
	const info = join(DIST, ".tsbuildinfo");
	// Without its outputs the record of the last build is wrong: the compiler would emit nothing.
	if (!existsSync(buildStamp)) rmSync(info, { force: true });
	rmSync(buildStamp, { force: true });
	const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
	const args = [tsc, "-p", "tsconfig.build.json", "--incremental", "--tsBuildInfoFile", info];
	if (!run(process.execPath, args, { ending: 40 }))
		fail("the sources do not compile, what is wrong with them is above");
	removeOrphans();
	writeFileSync(buildStamp, state);
}
