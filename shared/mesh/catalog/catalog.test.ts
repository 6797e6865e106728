import { expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import { parseStreamKey } from "#shared/base/names";
import type { StreamInfo } from "#shared/mesh/control";
import { Catalog } from "./catalog.ts";

const key = parseStreamKey("live/a") ?? expect.fail("a key");
const stream = (more: Partial<StreamInfo> = {}): StreamInfo => ({
	key,
	hops: ["o1"],
	codecs: ["avc1"],
	since: "2026-01-01T00:00:00Z",
	...more,
});

function stage() {
	const clock = new ManualClock();
	const said: string[] = [];
	const catalog = new Catalog(clock, {
		announce: ({ codecs }) => said.push(`add ${codecs.join()}`),
		withdraw: (_key, reason) => said.push(`remove ${reason}`),
	});
	return { clock, said, catalog, signal: new AbortController() };
}

test("what is offered is announced when it is new or changed, and only then", () => {
	const { said, catalog } = stage();
	catalog.offer(stream());
	catalog.offer(stream());
	catalog.offer(stream({ codecs: ["avc1", "mp4a"] }));
	catalog.withdraw(key, "unpublished");
	catalog.withdraw(key, "unpublished");
	expect(said).toEqual(["add avc1", "add avc1,mp4a", "remove unpublished"]);
	expect(catalog.size).toBe(0);
});

test("waits for a stream as long as it is told, and leaves no timer", async () => {
	const { clock, catalog, signal } = stage();
	const found = catalog.waitFor(key, 2000, signal.signal);
	const tooLate = catalog.waitFor(key, 1000, signal.signal);
	clock.advance(1000);
	expect(await tooLate).toBe(false);
	catalog.offer(stream());
	expect(await found).toBe(true);
	expect(await catalog.waitFor(key, 0, signal.signal)).toBe(true);
	expect(clock.pending).toBe(0);
});

test("an aborted wait ends at once", async () => {
	const { clock, catalog, signal } = stage();
	const found = catalog.waitFor(key, 2000, signal.signal);
	signal.abort();
	expect(await found).toBe(false);
	expect(await catalog.waitFor(key, 2000, signal.signal)).toBe(false);
	expect(clock.pending).toBe(0);
});

test("tells listeners of the end, until they have heard enough", () => {
	const { catalog } = stage();
	const over: string[] = [];
	const stop = catalog.onWithdrawn((gone) => over.push(gone));
	catalog.offer(stream());
	catalog.withdraw(key, "x");
	stop();
	catalog.offer(stream());
	catalog.withdraw(key, "x");
	expect(over).toEqual(["live/a"]);
});
