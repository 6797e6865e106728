// Brings a fresh checkout to where its other scripts can run: npm packages, programs, and with --build the compiled
// files in dist/. Quiet when there is nothing to do. Plain Node, since it runs before anything is installed.
import { build, buildMissing } from "./setup/build.mjs";
import { waitForLock } from "./setup/lock.mjs";
import { fail } from "./setup/machine.mjs";
import { installPackages, packagesMissing } from "./setup/packages.mjs";
import { installTools, missingTools, TOOLS, USUAL_TOOLS } from "./setup/tools.mjs";

const USAGE = "usage: node scripts/setup.mjs [--build] [--tools=ffmpeg,nats-server,…]";

function readArguments() {
	const chosen = { build: false, tools: USUAL_TOOLS };
	for (const argument of process.argv.slice(2)) {
		if (argument === "--build") chosen.build = true;
		else if (argument.startsWith("--tools="))
			chosen.tools = argument.slice("--tools=".length).split(",").filter(Boolean);
		else fail(`${argument}: no such option; ${USAGE}`, 2);
	}
	const unknown = chosen.tools.find((tool) => !Object.hasOwn(TOOLS, tool));
	if (unknown !== undefined) fail(`${unknown}: no such tool; ${USAGE}`, 2);
	return chosen;
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) fail(`Node 20.19 or newer is needed, this is ${process.versions.node}`);

const { build: wantsBuild, tools } = readArguments();
const nothingToDo = () => !packagesMissing() && missingTools(tools).length === 0 && !(wantsBuild && buildMissing());
if (!nothingToDo()) {
	waitForLock();
	if (packagesMissing()) installPackages();
	const missing = missingTools(tools);
	if (missing.length > 0) installTools(missing);
	if (wantsBuild && buildMissing()) build();
}
