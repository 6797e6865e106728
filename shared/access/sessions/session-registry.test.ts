import { expect, test } from "vitest";
import type { AccessRequest } from "#shared/access/request";
import { parseStreamKey } from "#shared/base/names";
import type { SessionOwner } from "./session.ts";
import { mergePages } from "./session-page.ts";
import { SessionRegistry } from "./session-registry.ts";

const key = (text: string) => parseStreamKey(text) ?? expect.fail("a key");
const request = (more: Partial<AccessRequest> = {}): AccessRequest => ({
	action: "play",
	key: key("live/a"),
	protocol: "rtmp",
	address: "192.0.2.1",
	query: "token=secret",
	agent: "LNX 9,0,124,2",
	credentials: { password: "secret" },
	node: undefined,
	...more,
});
const numbers = { bytesIn: 0, bytesOut: 7, skippedFrames: 1, lostGroups: 1, state: "live" };
const owner = (end: SessionOwner["end"] = () => {}): SessionOwner => ({ numbers: () => numbers, end });

test("lists who is there and forgets who is not", () => {
	const registry = new SessionRegistry();
	const session = registry.open(request(), owner());
	registry.open(request({ node: "edge1" }), owner());
	registry.open(request({ action: "publish", key: key("live/b") }), owner());
	expect(registry.list({}, 10).sessions).toMatchObject([
		{ action: "play", key: "live/a", address: "192.0.2.1", agent: "LNX 9,0,124,2", bytesOut: 7, state: "live" },
		{ action: "pull", node: "edge1" },
		{ action: "publish", key: "live/b" },
	]);
	session.close();
	session.close();
	expect(registry.size).toBe(2);
});

test("no secret of a request can be read from a session", () => {
	const registry = new SessionRegistry();
	registry.open(request(), owner());
	expect(JSON.stringify(registry.list({}, 10))).not.toContain("secret");
});

test("filters by stream, action, protocol and address", () => {
	const registry = new SessionRegistry();
	registry.open(request(), owner());
	registry.open(request({ key: key("live/b"), address: "192.0.2.2" }), owner());
	registry.open(request({ node: "edge1" }), owner());
	expect(registry.list({ key: "live/b" }, 10).total).toBe(1);
	expect(registry.list({ action: "pull" }, 10).sessions.map(({ node }) => node)).toEqual(["edge1"]);
	expect(registry.list({ protocol: "rtmp" }, 10).total).toBe(3);
	expect(registry.list({ protocol: "hls" }, 10).total).toBe(0);
	expect(registry.list({ address: "192.0.2.1", action: "play" }, 10).total).toBe(1);
});

test("pages meet every session once, also when the last of a page goes meanwhile", () => {
	const registry = new SessionRegistry();
	const opened = Array.from({ length: 25 }, () => registry.open(request(), owner()));
	const seen: string[] = [];
	let after: string | undefined;
	do {
		const page = registry.list({}, 10, after);
		seen.push(...page.sessions.map(({ id }) => id));
		opened[seen.length - 1]?.close();
		after = page.next;
	} while (after !== undefined);
	expect(new Set(seen).size).toBe(25);
	expect(seen).toHaveLength(25);
});

test("ends a session by its id, once it is known", () => {
	const registry = new SessionRegistry();
	const said: string[] = [];
	registry.open(
		request(),
		owner((reason) => said.push(reason)),
	);
	const [session] = registry.list({}, 1).sessions;
	expect(registry.end(session?.id ?? "", "kicked")).toBe(true);
	expect(registry.end("nobody", "kicked")).toBe(false);
	expect(said).toEqual(["kicked"]);
});

test("bytes of sessions that are over still count, and each once", () => {
	const registry = new SessionRegistry();
	const session = registry.open(request(), owner());
	registry.open(request(), owner());
	session.close();
	session.close();
	expect(registry.totals).toEqual({ bytesIn: 0, bytesOut: 14 });
	expect(registry.counts()).toEqual([{ action: "play", protocol: "rtmp", count: 1 }]);
});

test("pages of several processes become one, in the order the sessions began, and lead on to the rest", () => {
	const registries = [new SessionRegistry(), new SessionRegistry()];
	const opened = Array.from({ length: 9 }, (_, turn) => registries[turn % 2]?.open(request(), owner()).id);
	const seen: string[] = [];
	let after: string | undefined;
	do {
		const pages = registries.map((registry) => registry.list({}, 4, after));
		const page = mergePages(pages, 4);
		expect(page.total).toBe(9);
		seen.push(...page.sessions.map(({ id }) => id));
		after = page.next;
	} while (after !== undefined);
	expect(seen).toHaveLength(9);
	expect(seen).toEqual([...opened].sort());
});
