import { createRequire } from "node:module";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { vi } from "vitest";
import { freePort } from "./free-port.ts";
import { Program } from "./process.ts";
import { TempFolder } from "./temp-folder.ts";

/** A server may take this long to listen. */
const LISTENS_WITHIN = 15_000;

/** Somebody else's RTMP server on a free port. Disposing kills it. */
export type ForeignServer = AsyncDisposable & {
	/** `rtmp://127.0.0.1:PORT` */
	readonly rtmp: string;
	readonly program: Program;
};

/** What nginx passes on besides serving its own app `live`. */
export type Relays = {
	/** Pulls `live/<name>` from here, whether or not somebody watches. */
	readonly pull?: { from: string; name: string };
	/** Pushes what is published as `live/<name>` to there. */
	readonly push?: { to: string; name: string };
};

/** nginx with the rtmp module, from a configuration of our own, in the foreground. */
export async function startNginx({ pull, push }: Relays): Promise<ForeignServer> {
	const folder = new TempFolder();
	const port = await freePort();
	const lines = [
		pull && `pull ${pull.from}/live name=${pull.name} static;`,
		push && `push ${push.to}/live name=${push.name};`,
	];
	const config = folder.write(
		"nginx.conf",
		`load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off; master_process off; pid ${folder.file("pid")}; error_log stderr;
events { worker_connections 64; }
rtmp { server { listen 127.0.0.1:${port}; application live { live on; ${lines.join(" ")} } } }`,
	);
	const args = ["-p", folder.path, "-c", config];
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
	const config = folder.write("config.json", JSON.stringify({ bind: "127.0.0.1", store: { path: "data" } }));
	const require = createRequire(import.meta.url);
	const app = join(dirname(require.resolve("node-media-server")), "../bin/app.js");
	const args = [app, "--config", config, "--rtmp-port", String(port), "--no-admin"];
	return await serving(new Program(process.execPath, args, { apt: "nodejs" }), port, folder);
}

async function serving(program: Program, port: number, folder: TempFolder): Promise<ForeignServer> {
	const dispose = async (): Promise<void> => {
		await program[Symbol.asyncDispose]();
		folder[Symbol.dispose]();
	};
	try {
		await Promise.race([program.succeeded(), vi.waitUntil(() => accepts(port), { timeout: LISTENS_WITHIN })]);
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
