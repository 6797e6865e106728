import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { type ForeignServer, NGINX_RTMP, startNginx, startNodeMediaServer } from "../../test/support/third-party.ts";

/** Another RTMP server, to be measured the same way. Disposing ends it and removes what it wrote. */
export type Peer = AsyncDisposable & { readonly name: string; readonly pid: number; readonly rtmp: string };

/** `connections` is how many nginx is to hold open; what it comes with, where left out. */
export type PeersOptions = { readonly connections?: number };

/** The peers this machine has, started as they come: default settings, one process. Throws where one does not start. */
export async function startPeers({ connections = 1024 }: PeersOptions = {}): Promise<Peer[]> {
	const peers: Peer[] = [];
	const add = (name: string, { program, rtmp, [Symbol.asyncDispose]: dispose }: ForeignServer): void =>
		void peers.push({ name, pid: program.child.pid ?? 0, rtmp, [Symbol.asyncDispose]: dispose });
	try {
		if (existsSync(NGINX_RTMP)) add("nginx-rtmp", await startNginx({ connections }));
		if (isInstalled("node-media-server")) add("node-media-server", await startNodeMediaServer());
		return peers;
	} catch (error) {
		await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
		throw error;
	}
}

/** A production install leaves development packages out. */
function isInstalled(name: string): boolean {
	try {
		createRequire(import.meta.url).resolve(name);
		return true;
	} catch {
		return false;
	}
}
