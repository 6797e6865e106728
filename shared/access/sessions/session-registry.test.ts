import { expect, test } from "vitest";
import type { AccessRequest } from "#shared/access/request";
import { parseStreamKey } from "#shared/base/names";
import type { SessionOptions } from "./session.ts";
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
const numbers = { bytesIn: 0, bytesOut: 7, skippedFrames: 1, state: "live" };
const options = (end: SessionOptions["end"] = () => {}): SessionOptions => ({ numbers: () => numbers, end });

test("lists who is there and forgets who is not", () => {
	const registry = new SessionRegistry();
	const close = registry.open(request(), options());
	registry.open(request({ node: "edge1" }), options());
	registry.open(request({ action: "publish", key: key("live/b") }), options());
	expect(registry.list({}, 10).sessions).toMatchObject([
		{ action: "play", key: "live/a", address: "192.0.2.1", agent: "LNX 9,0,124,2", bytesOut: 7, state: "live" },
		{ action: "pull", node: "edge1" },
		{ action: "publish", key: "live/b" },
	]);
	close();
	close();
	expect(registry.size).toBe(2);
});

test("no secret of a request can be read from a session", () => {
	const registry = new SessionRegistry();
	registry.open(request(), options());
	expect(JSON.stringify(registry.list({}, 10))).not.toContain("secret");
});

test("filters by stream, action and address", () => {
	const registry = new SessionRegistry();
	registry.open(request(), options());
	registry.open(request({ key: key("live/b"), address: "192.0.2.2" }), options());
	registry.open(request({ node: "edge1" }), options());
	expect(registry.list({ key: "live/b" }, 10).total).toBe(1);
	expect(registry.list({ action: "pull" }, 10).sessions.map(({ node }) => node)).toEqual(["edge1"]);
	expect(registry.list({ address: "192.0.2.1", action: "play" }, 10).total).toBe(1);
});

test("pages meet every session once, also when the last of a page goes meanwhile", () => {
	const registry = new SessionRegistry();
	const closers = Array.from({ length: 25 }, () => registry.open(request(), options()));
	const seen: string[] = [];
	let after: number | undefined;
	do {
		const page = registry.list({}, 10, after);
		seen.push(...page.sessions.map(({ id }) => id));
		closers[seen.length - 1]?.();
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
		options((reason) => said.push(reason)),
	);
	const [session] = registry.list({}, 1).sessions;
	expect(registry.end(session?.id ?? "", "kicked")).toBe(true);
	expect(registry.end("nobody", "kicked")).toBe(false);
	expect(said).toEqual(["kicked"]);
});
