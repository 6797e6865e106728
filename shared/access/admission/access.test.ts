import { expect, test } from "vitest";
import { type AccessRequest, openToAll, type Policy } from "#shared/access/request";
import { readerNumbers } from "#shared/access/sessions";
import { ManualClock } from "#shared/base/clock";
import { parseStreamKey } from "#shared/base/names";
import { Access, statusOf } from "./access.ts";

const request: AccessRequest = {
	action: "play",
	key: parseStreamKey("live/a") ?? expect.fail("a key"),
	protocol: "http-flv",
	address: "192.0.2.1",
	query: "",
	agent: "",
	credentials: {},
	node: undefined,
};

const owner = { numbers: () => readerNumbers(undefined), end: () => {} };

function stage(policy: Policy = openToAll) {
	const clock = new ManualClock();
	const peer = new AbortController();
	const access = new Access(clock, policy);
	return { clock, peer, access, enter: (from = peer) => access.enter(request, from.signal, owner) };
}

test("whoever is let in has a session until the peer is gone", async () => {
	const { access, peer, enter } = stage();
	expect(await enter()).toMatchObject({ type: "session" });
	expect(access.sessions.list({}, 1).sessions).toMatchObject([{ protocol: "http-flv", state: "waiting" }]);
	peer.abort();
	expect(access.sessions.size).toBe(0);
});

test("a session that is closed by its door is over, whatever the peer does", async () => {
	const { access, enter } = stage();
	const admitted = await enter();
	if (admitted.type === "session") admitted.session.close();
	expect(access.sessions.size).toBe(0);
});

test("a peer that leaves in the moment it is let in has no session", async () => {
	const { access, peer, enter } = stage(async () => {
		peer.abort();
		return { type: "allowed" };
	});
	await enter();
	expect(access.sessions.size).toBe(0);
});

test("who is refused has no session, and 403 only where somebody decided so", async () => {
	const { access, enter } = stage(() => ({ type: "refused", reason: "denied", message: "no token" }));
	const refusal = await enter();
	expect(refusal).toEqual({ type: "refused", reason: "denied", message: "no token" });
	expect(refusal.type === "refused" && statusOf(refusal)).toBe(403);
	expect(statusOf({ type: "refused", reason: "too-late", message: "" })).toBe(503);
	expect(access.sessions.size).toBe(0);
});

test("five seconds are as long as an answer may take, and a thousand as many as may wait", async () => {
	const { access, clock, enter } = stage(() => new Promise(() => {}));
	const waiting = Array.from({ length: 1000 }, () => enter(new AbortController()));
	expect(access.waiting).toBe(1000);
	expect(await enter()).toMatchObject({ reason: "too-many" });
	clock.advance(4999);
	expect(access.waiting).toBe(1000);
	clock.advance(1);
	for (const verdict of await Promise.all(waiting)) expect(verdict).toMatchObject({ reason: "too-late" });
	expect(access.waiting).toBe(0);
});
