import { type Clock, type Millis, systemClock } from "#shared/base/clock";
import { ConfigError, PeerLostError } from "#shared/base/errors";
import { type Directory, isClusterName, newIncarnation, openNatsDirectory } from "#shared/mesh/control";
import { version } from "./project.ts";

/** A control plane that answers does so within milliseconds. */
const REACH_MS: Millis = 3_000;
/** Every node answers `discover` at once, or sends its sign of life within a second. */
const LISTEN_MS: Millis = 1_200;

const NATS_URL = /^(nats|tls):\/\/[^\s,/@]+\/?$/;

/** Watches a mesh until it has heard from all nodes. Disposing leaves the mesh. Throws ConfigError, and PeerLostError if NATS cannot be reached. */
export async function observeMesh({ nats, cluster }: { nats: string; cluster: string }): Promise<Directory> {
	const servers = nats.split(",").map((url) => url.trim());
	const wrong = servers.find((url) => !NATS_URL.test(url));
	if (wrong !== undefined) throw new ConfigError(`${wrong}: expected an address such as nats://127.0.0.1:4222`);
	if (!isClusterName(cluster)) throw new ConfigError(`${cluster}: expected a cluster's name, letters, digits, _ and -`);
	const directory = observe(servers, cluster, systemClock);
	if (!(await until(directory, REACH_MS, () => directory.state === "live"))) {
		await directory[Symbol.asyncDispose]();
		throw new PeerLostError(`${nats}: NATS cannot be reached`);
	}
	await until(directory, LISTEN_MS, () => false);
	return directory;
}

/** A directory that follows all nodes and that nobody sees. Only nodes that it asks for their streams hear of it. */
function observe(servers: readonly string[], cluster: string, clock: Clock): Directory {
	const id = `observer-${process.pid}`;
	const nowhere = "127.0.0.1:9";
	return openNatsDirectory(
		{ servers },
		{
			cluster,
			self: {
				id,
				role: "edge",
				group: id,
				rank: "primary",
				rtmp: `rtmp://${nowhere}`,
				http: `http://${nowhere}`,
				incarnation: newIncarnation(),
				version: version(),
			},
			unseen: true,
			follow: () => true,
			clock,
			log: { info: () => {}, warn: () => {} },
			count: () => {},
		},
	);
}

/** Waits until `isSo` returns true, at most for `limit`. Resolves with the last result. */
export function until(directory: Directory, limit: Millis, isSo: () => boolean): Promise<boolean> {
	return new Promise((resolve) => {
		const look = (): void => {
			if (isSo()) finish(true);
		};
		const cancel = systemClock.after(limit, () => finish(isSo()));
		const stopListening = directory.on(look);
		const finish = (was: boolean): void => {
			cancel();
			stopListening();
			resolve(was);
		};
		look();
	});
}
