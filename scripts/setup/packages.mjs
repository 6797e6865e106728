import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, hashOf, ROOT, readIf, run, say } from "./machine.mjs";

const lockfile = join(ROOT, "package-lock.json");
const packageStamp = join(ROOT, "node_modules/.millrace-setup");

/** What npm wrote down about node_modules agrees with the lockfile, so a plain `npm ci` or `npm install` counts too. */
function installedAgrees() {
	try {
		const wanted = JSON.parse(readFileSync(lockfile, "utf8")).packages;
		const found = JSON.parse(readFileSync(join(ROOT, "node_modules/.package-lock.json"), "utf8")).packages;
		return Object.entries(wanted).every(
			([path, { version, optional, devOptional }]) =>
				path === "" || found[path]?.version === version || (!found[path] && (optional || devOptional)),
		);
	} catch {
		return false;
	}
}

export function packagesMissing() {
	const hash = hashOf(readFileSync(lockfile));
	if (readIf(packageStamp) === hash) return false;
	if (!installedAgrees()) return true;
	writeFileSync(packageStamp, hash);
	return false;
}

export function installPackages() {
	say("installing npm packages …");
	const hash = hashOf(readFileSync(lockfile));
	const ours = process.env.npm_execpath ?? "";
	const [program, ...first] = ours.endsWith("npm-cli.js") ? [process.execPath, ours] : ["npm"];
	const npm = (command, ending) => run(program, [...first, ...command, "--no-audit", "--no-fund"], { ending });
	// A lockfile that was made on one platform may lack the optional packages of others. `npm ci` refuses it, though
	// nothing is missing here; `npm install` takes the versions it names.
	if (!npm(["ci"], 0)) {
		say("npm ci does not take the lockfile, installing what it names with npm install …");
		if (!npm(["install", "--no-save"], 60)) fail("npm install failed, its last lines are above");
	}
	writeFileSync(packageStamp, hash);
}
