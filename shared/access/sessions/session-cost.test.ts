import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { AccessRequest } from "#shared/access/request";
import { parseStreamKey } from "#shared/base/names";
import { readerNumbers } from "./reader-numbers.ts";
import { SessionRegistry } from "./session-registry.ts";

const SESSIONS = 10_000;

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

test("a session costs less than 1 KB, and ten thousand are listed at once", () => {
	const registry = new SessionRegistry();
	collect();
	const before = process.memoryUsage().heapUsed;
	for (let number = 0; number < SESSIONS; number++) {
		registry.open(requestOf(number), { numbers: () => readerNumbers(undefined), end: () => {} });
	}
	collect();
	const bytes = (process.memoryUsage().heapUsed - before) / SESSIONS;
	const began = process.cpuUsage();
	const text = JSON.stringify(registry.list({}, SESSIONS));
	const { user, system } = process.cpuUsage(began);
	expect(text.split('"id"')).toHaveLength(SESSIONS + 1);
	expect(bytes).toBeGreaterThan(100);
	expect(bytes).toBeLessThan(1024);
	// Some 30 ms of a core that has nothing else to do; others share this one's caches.
	expect((user + system) / 1000).toBeLessThan(500);
}, 30_000);
