import { existsSync } from "node:fs";
import { fail, find, run, say } from "./machine.mjs";

const allOf = (...programs) => programs.every(find);

/** Programs that are not npm packages: how to see that one is there, and what it is called where it is got. */
export const TOOLS = {
	ffmpeg: { isThere: () => allOf("ffmpeg", "ffprobe"), apt: ["ffmpeg"], brew: ["ffmpeg"] },
	"nats-server": { isThere: () => allOf("nats-server"), apt: ["nats-server"], brew: ["nats-server"] },
	curl: { isThere: () => allOf("curl"), apt: ["curl"], brew: ["curl"] },
	rtmpdump: { isThere: () => allOf("rtmpdump"), apt: ["rtmpdump"], brew: ["rtmpdump"] },
	gstreamer: {
		isThere: () => allOf("gst-launch-1.0") && run("gst-inspect-1.0", ["rtmp2sink"], { ending: 0 }),
		apt: ["gstreamer1.0-tools", "gstreamer1.0-plugins-good", "gstreamer1.0-plugins-bad"],
		brew: ["gstreamer"],
	},
	"nginx-rtmp": {
		isThere: () => allOf("nginx") && existsSync("/usr/lib/nginx/modules/ngx_rtmp_module.so"),
		apt: ["nginx-light", "libnginx-mod-rtmp"],
		brew: [],
	},
};
/** What the mesh itself and `npm test` need. */
export const USUAL_TOOLS = ["ffmpeg", "nats-server"];

const IS_ROOT = process.getuid?.() === 0;

export const missingTools = (tools) => tools.filter((tool) => !TOOLS[tool].isThere());

export function installTools(tools) {
	const missing = tools.join(" and ");
	const packages = (manager) => tools.flatMap((tool) => TOOLS[tool][manager]);
	if (process.platform === "darwin" && find("brew")) {
		const names = packages("brew");
		say(`installing ${names.join(" ")} with brew …`);
		run("brew", ["install", ...names]);
	} else if (process.platform === "linux" && find("apt-get")) {
		const names = packages("apt");
		if (!IS_ROOT) fail(`${missing} missing, run: sudo apt-get install ${names.join(" ")}`);
		say(`installing ${names.join(" ")} with apt-get …`);
		// Another apt-get may be at work (a fresh cloud machine updates itself): wait for it.
		const options = { env: { DEBIAN_FRONTEND: "noninteractive" } };
		const patient = ["-o", "DPkg::Lock::Timeout=300"];
		run("apt-get", ["update", "-qq", ...patient], options);
		run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...patient, ...names], options);
	} else {
		const how =
			process.platform === "darwin"
				? `run: brew install ${packages("brew").join(" ")} (Homebrew is at https://brew.sh)`
				: "install with your package manager";
		fail(`${missing} missing, ${how}`);
	}
	const still = missingTools(tools);
	if (still.length > 0) fail(`${still.join(" and ")} could not be installed; get it by hand and start again`);
}
