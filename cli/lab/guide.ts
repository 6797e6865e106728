import { ownCommand } from "../project.ts";
import { table } from "../terminal.ts";
import { DEMO_KEY } from "./demo-process.ts";
import type { LabNode } from "./lab-node.ts";

/** What the user of a lab is told when everything runs. */
export type Guide = {
	readonly mesh: { readonly nats: { url: string; pid: number }; readonly nodes: readonly LabNode[] };
	/** The folder of logs and configuration files. */
	readonly folder: string;
	readonly watchAt: LabNode;
	readonly hasDemo: boolean;
};

/** The other ways to watch at an edge; FLV over a WebSocket is for a page's mpegts.js, HLS for hls.js, Safari and the rest. */
const overHttp = (url: string): string[][] => [
	["", `ffplay -fflags nobuffer ${url}.flv`],
	["", `ffplay -fflags nobuffer ${url}.ts`],
	["in a page", `${url}/index.m3u8`],
	["", `${url}/manifest.mpd`],
	["", `${url.replace("http", "ws")}.flv`],
];

/** What runs, what to open, and what to try. */
export function guideText({ mesh: { nats, nodes }, folder, watchAt, hasDemo }: Guide): string {
	const rows = nodes.map(({ id, role, pid, rtmp, http }) => [id, role, `${pid}`, rtmp, http]);
	rows.push(["nats", "control plane", `${nats.pid}`, nats.url, ""]);
	const own = "live/mine";
	const key = hasDemo ? DEMO_KEY : own;
	const [first] = nodes;
	const victim = nodes.find(({ role }) => role === "intermediate") ?? first;
	const todo = [
		["watch", `ffplay -fflags nobuffer ${watchAt.rtmp}/${key}`],
		["", `ffprobe ${watchAt.rtmp}/${key}`],
		...(watchAt.role === "edge" ? overHttp(`${watchAt.http}/${key}`) : []),
		["count frames", `${ownCommand()} probe ${watchAt.rtmp}/${key} --seconds 10`],
		["publish yours", `ffmpeg -re -i FILE -c:v libx264 -c:a aac -f flv ${first?.rtmp}/${own}`],
		["kill a node", `kill -9 ${victim?.pid}    (${victim?.id})`],
		["see the mesh", `${ownCommand()} status --nats ${nats.url}`],
		["read logs in", `${folder}    (also when the lab is over, until the next one)`],
		["stop", "Ctrl-C"],
	];
	const lines = todo.map(([what = "", how = ""]) => `${what.padEnd(15)}${how}`);
	return `\n${table(["node", "role", "pid", "rtmp or nats", "http"], rows)}\n\n${lines.join("\n")}\n`;
}
