import { fail, find, run, say } from "./machine.mjs";

/** What each tool is made of; the package has the same name for apt-get and brew. */
export const TOOLS = { ffmpeg: ["ffmpeg", "ffprobe"], "nats-server": ["nats-server"] };
const IS_ROOT = process.getuid?.() === 0;

export const missingTools = (tools) => tools.filter((tool) => !TOOLS[tool].every(find));

export function installTools(tools) {
	const names = tools.join(" ");
	if (process.platform === "darwin" && find("brew")) {
		say(`installing ${names} with brew …`);
		run("brew", ["install", ...tools]);
	} else if (process.platform === "linux" && find("apt-get")) {
		if (!IS_ROOT) fail(`${tools.join(" and ")} missing, run: sudo apt-get install ${names}`);
		say(`installing ${names} with apt-get …`);
		// Another apt-get may be at work (a fresh cloud machine updates itself): wait for it.
		const options = { env: { DEBIAN_FRONTEND: "noninteractive" } };
		const patient = ["-o", "DPkg::Lock::Timeout=300"];
		run("apt-get", ["update", "-qq", ...patient], options);
		run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...patient, ...tools], options);
	} else {
		const how =
			process.platform === "darwin"
				? `run: brew install ${names} (Homebrew is at https://brew.sh)`
				: "install with your package manager";
		fail(`${tools.join(" and ")} missing, ${how}`);
	}
	const still = missingTools(tools);
	if (still.length > 0) fail(`${still.join(" and ")} could not be installed; get it by hand and start again`);
}
