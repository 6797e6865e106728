import { expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import { parseStreamKey } from "#shared/base/names";
import type { AccessRequest } from "./access-request.ts";
import { Gate, openToAll, type Policy, type Verdict } from "./gate.ts";

const request: AccessRequest = {
	action: "play",
	key: parseStreamKey("live/a") ?? expect.fail("a key"),
	protocol: "rtmp",
	address: "192.0.2.1",
	query: "",
	agent: "",
	credentials: {},
	node: undefined,
};

const stays = new AbortController().signal;

function stage(policy: Policy, waiting = 2) {
	const clock = new ManualClock();
	return { clock, gate: new Gate({ clock, policy, waitMs: 1000, waiting }) };
}

/** A policy that answers when it is told, and remembers which questions were dropped. */
function slowPolicy() {
	const answers: ((verdict: Verdict) => void)[] = [];
	const dropped: AbortSignal[] = [];
	const policy: Policy = (_request, signal) => {
		signal.addEventListener("abort", () => dropped.push(signal));
		return new Promise((resolve) => answers.push(resolve));
	};
	return { policy, answers, dropped };
}

test("what the policy says is the answer, and no timer is left", async () => {
	const { clock, gate } = stage(openToAll);
	expect(await gate.admit(request, stays)).toEqual({ type: "allowed" });
	expect(clock.pending).toBe(0);
	expect(gate.waiting).toBe(0);
});

test("an answer that is there is not waited for", () => {
	expect(stage(openToAll).gate.admit(request, stays)).toEqual({ type: "allowed" });
});

test("a policy that throws lets nobody in", async () => {
	const { gate } = stage(() => {
		throw new Error("boom");
	});
	expect(await gate.admit(request, stays)).toMatchObject({ type: "refused", reason: "failed" });
	const { gate: other } = stage(() => Promise.reject(new Error("boom")));
	expect(await other.admit(request, stays)).toMatchObject({ type: "refused", reason: "failed" });
});

test("a policy that hangs is not waited for longer than stated, and hears that nobody waits", async () => {
	const { policy, dropped } = slowPolicy();
	const { clock, gate } = stage(policy);
	const verdict = gate.admit(request, stays);
	clock.advance(1000);
	expect(await verdict).toMatchObject({ type: "refused", reason: "too-late" });
	expect(dropped).toHaveLength(1);
	expect(gate.waiting).toBe(0);
});

test("a peer that leaves is not waited for", async () => {
	const { policy, dropped } = slowPolicy();
	const { clock, gate } = stage(policy);
	const peer = new AbortController();
	const verdict = gate.admit(request, peer.signal);
	peer.abort();
	expect(await verdict).toMatchObject({ type: "refused", reason: "gone" });
	expect(dropped).toHaveLength(1);
	expect(clock.pending).toBe(0);
	expect(await gate.admit(request, peer.signal)).toMatchObject({ reason: "gone" });
});

test("only so many wait; the next one is refused, and gets in when there is room", async () => {
	const { policy, answers } = slowPolicy();
	const { gate } = stage(policy);
	const first = gate.admit(request, stays);
	const second = gate.admit(request, stays);
	expect(await gate.admit(request, stays)).toMatchObject({ type: "refused", reason: "too-many" });
	answers[0]?.({ type: "allowed" });
	expect(await first).toEqual({ type: "allowed" });
	const third = gate.admit(request, stays);
	answers[1]?.({ type: "allowed" });
	answers[2]?.({ type: "allowed" });
	expect([await second, await third]).toEqual([{ type: "allowed" }, { type: "allowed" }]);
});
