import type { Millis } from "#shared/base/clock";
import { observeMesh, until } from "../mesh-observer.ts";
import { say } from "../terminal.ts";
import { viewForPeople, viewOf } from "./view.ts";

/** Nodes tell their streams on request. A node without an answer is shown without streams. */
const SYNC_MS: Millis = 3_000;

export type StatusOptions = { nats: string; cluster: string; json?: true };

/** Prints nodes and streams. Throws ConfigError, and PeerLostError if NATS cannot be reached. */
export async function status(options: StatusOptions): Promise<void> {
	await using directory = await observeMesh(options);
	await until(directory, SYNC_MS, () => directory.nodes().every(({ synced, suspect }) => synced || suspect));
	const view = viewOf(directory);
	say(options.json ? JSON.stringify(view) : viewForPeople(view));
}
