import type { Millis } from "#shared/base/clock";
import type { Directory, NodeReport } from "#shared/mesh/control";
import { observeMesh, until } from "../mesh-observer.ts";
import { say } from "../terminal.ts";
import { viewForPeople } from "./for-people.ts";
import { type Reports, viewOf } from "./view.ts";

/** Nodes tell their streams on request. A node without an answer is shown without streams. */
const SYNC_MS: Millis = 3_000;
/** A node answers within milliseconds; one that takes longer is frozen or cut off. */
const REPORT_MS: Millis = 2_000;
/** Nodes asked at once: each may answer with megabytes. */
const ASKED_AT_ONCE = 16;

export type StatusOptions = { nats: string; cluster: string; json?: true };

/** Prints nodes and streams. Throws ConfigError, and PeerLostError if NATS cannot be reached. */
export async function status(options: StatusOptions): Promise<void> {
	await using directory = await observeMesh(options);
	await until(directory, SYNC_MS, () => directory.nodes().every(({ synced, suspect }) => synced || suspect));
	const view = viewOf(directory, await reportsOf(directory));
	say(options.json ? JSON.stringify(view) : viewForPeople(view));
}

async function reportsOf(directory: Directory): Promise<Reports> {
	const reports = new Map<string, NodeReport | undefined>();
	const left = directory.nodes().values();
	const askOneByOne = async (): Promise<void> => {
		for (const { info } of left) reports.set(info.id, await directory.askForReport(info.id, REPORT_MS));
	};
	await Promise.all(Array.from({ length: ASKED_AT_ONCE }, askOneByOne));
	return reports;
}
