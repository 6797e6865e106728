import { createRequire } from "node:module";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import { Program } from "./process.ts";
import { TempFolder } from "./temp-folder.ts";

/** A server may take this long to listen. */
const LISTENS_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 20;

/** Where Debian's package libnginx-mod-rtmp puts it. */
export const NGINX_RTMP = "/usr/lib/nginx/modules/ngx_rtmp_module.so";

/** Somebody else's RTMP server on a free port. Disposing kills it. */
export type ForeignServer = AsyncDisposable & {
	/** `rtmp://127.0.0.1:PORT` */
	readonly rtmp: string;
	readonly program: Program;
};

/** What nginx does besides serving its own app `live`. */
export type NginxOptions = {
	/** Pulls `live/<name>` from here, whether or not somebody watches. */
	readonly pull?: { from: string; name: string };
	/** Pushes what is published as `live/<name>` to there. */
	readonly push?: { to: string; name: string };
	/** Connections it can hold. */
	readonly connections?: number;
};

/** nginx with the rtmp module, from a configuration of our own, in the foreground. */
export async function startNginx({ pull, push, connections = 64 }: NginxOptions): Promise<ForeignServer> {
	const folder = new TempFolder();
	const port = await freePort();
	const lines = [
		pull && `pull ${pull.from}/live name=${pull.name} static;`,
		push && `push ${push.to}/live name=${push.name};`,
	];
	const config = folder.write(
		"nginx.conf",
		`load_module ${NGINX_RTMP};
daemon off; master_process off; pid ${folder.file("pid")}; error_log stderr;
events { worker_connections ${connections}; }
rtmp { access_log off; server { listen 127.0.0.1:${port}; application live { live on; ${lines.join(" ")} } } }`,
	);
	const args = ["-p", folder.path, "-c", config, "-e", "stderr"];
	return await serving(new Program("nginx", args, { apt: "nginx-light libnginx-mod-rtmp" }), port, folder);
}

/** node-media-server 4, by its own program; it pulls the streams at these URLs as `live/<name>`, each under its own name. */
export async function startNodeMediaServer({ pulls = [] }: { pulls?: readonly string[] } = {}): Promise<ForeignServer> {
	const folder = new TempFolder();
	const port = await freePort();
	// Where it keeps the relay tasks that its API was told of.
	const tasks = pulls.map((url) => {
		const streamPath = new URL(url).pathname;
		return { id: streamPath, config: { url, mode: "pull", streamPath, reconnectInterval: 100 } };
	});
	folder.write("data/relay_tasks.json", JSON.stringify(tasks));
	const open = { auth: { play: false, publish: false } };
	const config = folder.write("config.json", JSON.stringify({ bind: "127.0.0.1", ...open, store: { path: "data" } }));
	const require = createRequire(import.meta.url);
	const app = join(dirname(require.resolve("node-media-server")), "../bin/app.js");
	const args = [app, "--config", config, "--rtmp-port", String(port), "--no-admin"];
	return await serving(new Program(process.execPath, args, { apt: "nodejs", cwd: folder.path }), port, folder);
}

async function serving(program: Program, port: number, folder: TempFolder): Promise<ForeignServer> {
	const dispose = async (): Promise<void> => {
		await program[Symbol.asyncDispose]();
		folder[Symbol.dispose]();
	};
	try {
		for (const until = performance.now() + LISTENS_WITHIN_MS; !(await accepts(port)); await pause(LOOK_EVERY_MS)) {
			if (program.isOver) await program.succeeded();
			if (performance.now() > until) throw new Error(`${program.name} does not listen: ${program.output}`);
		}
	} catch (error) {
		await dispose();
		throw error;
	}
	return { rtmp: `rtmp://127.0.0.1:${port}`, program, [Symbol.asyncDispose]: dispose };
}

function accepts(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1");
		socket.once("error", () => resolve(false));
		socket.once("connect", () => {
			socket.destroy();
			resolve(true);
		});
	});
}
