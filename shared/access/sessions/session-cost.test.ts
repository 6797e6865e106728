import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { AccessRequest } from "#shared/access/request";
import { parseStreamKey } from "#shared/base/names";
import { readerNumbers } from "./reader-numbers.ts";
import { SessionRegistry } from "./session-registry.ts";

const SESSIONS = 10_000;
const LISTED_MS = 50;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Every text of its own, as it comes off the wire. */
const requestOf = (number: number): AccessRequest => ({
	action: "play",
	key: parseStreamKey(`live/stream${number}`) ?? expect.fail("a key"),
	protocol: "rtmp",
	address: Buffer.from(`192.0.2.${number}`).toString(),
	query: `token=${number}`,
	agent: Buffer.from(`LNX 9,0,124,2 of viewer ${number}`).toString(),
	credentials: {},
	node: undefined,
});

/** What this process has spent, in milliseconds of a core: waiting for other processes is no cost of ours. */
function spent(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
}

/** What a listing costs once it is warm: other processes on the machine share its caches, so a slow round is tried again. */
function listingCost(registry: SessionRegistry): number {
	let best = Number.POSITIVE_INFINITY;
	for (let round = 0; round < 20 && best >= LISTED_MS; round++) {
		const began = spent();
		JSON.stringify(registry.list({}, SESSIONS));
		best = Math.min(best, spent() - began);
	}
	return best;
}

test("a session costs less than 1 KB, and ten thousand are listed as JSON within 50 ms", () => {
	const registry = new SessionRegistry();
	collect();
	const before = process.memoryUsage().heapUsed;
	for (let number = 0; number < SESSIONS; number++) {
		registry.open(requestOf(number), { numbers: () => readerNumbers(undefined), end: () => {} });
	}
	collect();
	const bytes = (process.memoryUsage().heapUsed - before) / SESSIONS;
	expect(bytes).toBeGreaterThan(100);
	expect(bytes).toBeLessThan(1024);
	expect(registry.list({}, SESSIONS).sessions).toHaveLength(SESSIONS);
	expect(listingCost(registry)).toBeLessThan(LISTED_MS);
}, 30_000);
