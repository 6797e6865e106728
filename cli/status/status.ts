import { type Clock, type Millis, systemClock } from "#shared/clock";
import { type Directory, isClusterName, newIncarnation, openNatsDirectory } from "#shared/control";
import { ConfigError, PeerLostError } from "#shared/errors";
import { version } from "../project.ts";
import { say } from "../terminal.ts";
import { viewForPeople, viewOf } from "./view.ts";

/** A control plane that answers does so within milliseconds. */
const REACH_MS: Millis = 3_000;
/** Every node answers `discover` at once; one that does not gives its sign of life within a second. */
const LISTEN_MS: Millis = 1_200;
/** Nodes tell their streams when asked; one that does not is shown without. */
const SYNC_MS: Millis = 3_000;

export type StatusOptions = { nats: string; cluster: string; json?: true };

const NATS_URL = /^(nats|tls):\/\/[^\s,/@]+\/?$/;

/** Prints what there is. Throws ConfigError, and PeerLostError where NATS cannot be reached. */
export async function status({ nats, cluster, json }: StatusOptions): Promise<void> {
	if (!NATS_URL.test(nats)) throw new ConfigError(`${nats}: want an address such as nats://127.0.0.1:4222`);
	if (!isClusterName(cluster)) throw new ConfigError(`${cluster}: want a cluster's name, letters, digits, _ and -`);
	await using directory = observe(nats, cluster, systemClock);
	if (!(await until(directory, REACH_MS, () => directory.state === "live"))) {
		throw new PeerLostError(`${nats}: NATS cannot be reached`);
	}
	await until(directory, LISTEN_MS, () => false);
	await until(directory, SYNC_MS, () => directory.nodes().every(({ synced, suspect }) => synced || suspect));
	const view = viewOf(directory);
	say(json ? JSON.stringify(view) : viewForPeople(view));
}

/**
 * A directory that follows everybody. It has to be a node to take part: one that has no streams and leaves at once,
 * so nobody pulls from it.
 */
function observe(nats: string, cluster: string, clock: Clock): Directory {
	const id = `status-${process.pid}`;
	const nowhere = "127.0.0.1:9";
	return openNatsDirectory(
		{ servers: [nats] },
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
			follow: () => true,
			clock,
			log: { info: () => {}, warn: () => {} },
			count: () => {},
		},
	);
}

/** Waits until it is so, for so long at most; whether it is. */
function until(directory: Directory, limit: Millis, isSo: () => boolean): Promise<boolean> {
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
