import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of package.json. Compiled files are one level deeper than sources. */
export function root(): string {
	let folder = dirname(fileURLToPath(import.meta.url));
	while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
	return folder;
}

/** The project's version. */
export function version(): string {
	const { version: own } = JSON.parse(readFileSync(join(root(), "package.json"), "utf8")) as { version: string };
	return own;
}

/** The clip that the lab publishes. */
export const demoClip = (): string => join(root(), "cli/demo/demo.flv");

/** Arguments of Node that run a module of this project as this process runs: from sources or compiled. */
export function ownModule(name: "main" | "lab/nats-keeper"): string[] {
	const here = fileURLToPath(import.meta.url);
	return [...process.execArgv, join(dirname(here), `${name}${extname(here)}`)];
}

/** The command line with which a person runs this command again. */
export function ownCommand(): string {
	const [, script = ""] = process.argv;
	// A link in a folder of the PATH has no file extension.
	if (basename(script) === "millrace") return "millrace";
	return ["node", ...process.execArgv, relative(process.cwd(), script)].join(" ");
}
