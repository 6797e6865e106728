import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { StartError } from "#shared/base/errors";
import { endChild } from "./child.ts";

const READY_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 20;

/** Where Debian's packages nginx and libnginx-mod-rtmp put things. */
const NGINX = "/usr/sbin/nginx";
const NGINX_RTMP = "/usr/lib/nginx/modules/ngx_rtmp_module.so";

/** Another RTMP server, to be measured the same way. Disposing ends it and removes what it wrote. */
export type Peer = AsyncDisposable & { readonly name: string; readonly pid: number; readonly rtmp: string };

/** `connections` is how many nginx is to hold open; what it comes with, where left out. */
export type PeersOptions = { readonly connections?: number };

type Program = {
	name: string;
	command: string;
	args: readonly string[];
	/** The configuration for a port, and the name of its file. */
	file: string;
	config(port: number): string;
};

/** The peers this machine has, started as they come: default settings, one process. Throws StartError. */
export async function startPeers({ connections = 1024 }: PeersOptions = {}): Promise<Peer[]> {
	const peers: Peer[] = [];
	try {
		for (const program of installed(connections)) peers.push(await start(program));
		return peers;
	} catch (error) {
		await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
		throw error;
	}
}

function installed(connections: number): Program[] {
	return [nginx(connections), nodeMediaServer()].filter((program) => program !== undefined);
}

function nginx(connections: number): Program | undefined {
	if (!existsSync(NGINX) || !existsSync(NGINX_RTMP)) return undefined;
	return {
		name: "nginx-rtmp",
		command: NGINX,
		args: ["-p", ".", "-c", "nginx.conf", "-e", "error.log"],
		file: "nginx.conf",
		config: (port) =>
			[
				`load_module ${NGINX_RTMP};`,
				"daemon off;",
				"master_process off;",
				"pid nginx.pid;",
				`events { worker_connections ${connections}; }`,
				`rtmp { access_log off; server { listen 127.0.0.1:${port}; application live { live on; } } }`,
			].join("\n"),
	};
}

function nodeMediaServer(): Program | undefined {
	try {
		const app = createRequire(import.meta.url).resolve("node-media-server/bin/app.js");
		const config = (port: number): string =>
			JSON.stringify({
				bind: "127.0.0.1",
				rtmp: { port },
				auth: { play: false, publish: false },
				store: { path: "data" },
			});
		return {
			name: "node-media-server",
			command: process.execPath,
			args: [app, "-c", "app.json"],
			file: "app.json",
			config,
		};
	} catch {
		// A production install leaves development packages out.
		return undefined;
	}
}

async function start({ name, command, args, file, config }: Program): Promise<Peer> {
	const folder = await mkdtemp(join(tmpdir(), "millrace-bench-"));
	const port = await freePort();
	await writeFile(join(folder, file), config(port));
	const child = spawn(command, args, { cwd: folder, stdio: "ignore" });
	const dispose = async (): Promise<void> => {
		await endChild(child);
		await rm(folder, { recursive: true, force: true });
	};
	try {
		const ended = once(child, "exit").then(
			() => `${name} ended`,
			(error: unknown) => `${name} did not start: ${String(error)}`,
		);
		const problem = await Promise.race([ended, untilItListens(name, port)]);
		if (problem !== undefined) throw new StartError(problem);
		return { name, pid: child.pid ?? 0, rtmp: `rtmp://127.0.0.1:${port}`, [Symbol.asyncDispose]: dispose };
	} catch (error) {
		await dispose();
		throw error;
	}
}

/** A port that is free now; neither program can be asked which one it took. */
async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, "close");
	return port;
}

/** A sentence where it does not. */
async function untilItListens(name: string, port: number): Promise<string | undefined> {
	for (const until = performance.now() + READY_WITHIN_MS; performance.now() < until; await pause(LOOK_EVERY_MS)) {
		const socket = connect(port, "127.0.0.1");
		const isOpen = await once(socket, "connect").then(
			() => true,
			() => false,
		);
		socket.destroy();
		if (isOpen) return undefined;
	}
	return `${name} did not listen within ${READY_WITHIN_MS} ms`;
}
