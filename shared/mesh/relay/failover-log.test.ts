import { expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import type { SwitchEvent } from "#shared/media/splice";
import { FailoverLog } from "./failover-log.ts";

function stage() {
	const clock = new ManualClock();
	const said: string[] = [];
	const log = new FailoverLog(clock, ({ sentence }) => void said.push(sentence));
	log.onAir({ to: "i2", cause: "first" });
	const take = () => said.splice(0);
	expect(take()).toEqual(["pulled from i2"]);
	return { clock, log, take };
}

const toI1 = (more: Partial<SwitchEvent> = {}): SwitchEvent => ({
	...{ from: "i2", to: "i1", cause: "closed", gapMs: 9, framesLost: 0, discontinuity: false },
	...more,
});

test("a failover is one line, a server that stays away one more, and one when it is back", () => {
	const { log, take } = stage();
	log.lost("i2", "lost", "connection closed");
	log.onAir({ from: "i2", to: "i1", cause: "lost" });
	log.switched(toI1());
	expect(take()).toEqual(["i2 lost (connection closed); i1 took over, 0 frames lost, 9 ms"]);
	for (let tries = 0; tries < 9; tries++) log.lost("i2", "lost", "connection refused");
	expect(take()).toEqual(["i2 still unreachable, trying again"]);
	log.flowing("i2");
	log.flowing("i2");
	expect(take()).toEqual(["i2 is back"]);
});

test("a standby that is lost and two feeds that take turns are no failover", () => {
	const { log, take } = stage();
	log.lost("i1", "idle", "no media for 1000 ms");
	log.lost("i1", "idle", "no media within 3000 ms");
	expect(take()).toEqual(["i1 lost (no media for 1000 ms); i2 goes on", "i1 still sends nothing, trying again"]);
	log.switched(toI1({ cause: "slower" }));
	expect(take()).toEqual([]);
});

test.for<{ name: string; event?: Partial<SwitchEvent>; cause?: string; line: string }>([
	{
		name: "a freeze",
		event: { cause: "silent", gapMs: 251 },
		line: "i2 fell silent; i1 took over, 0 frames lost, 251 ms",
	},
	{
		name: "another encoder",
		event: { framesLost: undefined, gapMs: 1_340, discontinuity: true },
		line: "i1 took over, frames lost: not known, 1.3 s; another encoder's frames follow",
	},
	{
		name: "a drain",
		cause: "withdrawn",
		line: "i2 left (it withdrew the stream); i1 took over, 0 frames lost, 9 ms",
	},
])("$name has its own words", ({ event, cause = "idle", line }) => {
	const { log, take } = stage();
	log.onAir({ from: "i2", to: "i1", cause });
	log.switched(toI1(event));
	expect(take()).toEqual([line]);
});

test("a loss is told also where nobody takes over, and who does so later is told then", () => {
	const { clock, log, take } = stage();
	log.lost("i2", "lost", "connection closed");
	log.onAir({ from: "i2", cause: "lost" });
	expect(take()).toEqual(["i2 lost (connection closed); no other upstream has the stream, readers wait"]);
	log.switched(toI1({ framesLost: 31, gapMs: 1_340 }));
	expect(take()).toEqual(["i1 took over, 31 frames lost, 1.3 s"]);
	log.lost("i1", "lost", "connection closed");
	clock.advance(1_000);
	expect(take()).toEqual(["i1 lost (connection closed); nobody has taken over yet"]);
});

test("an only server that is dialled again takes over from itself", () => {
	const { log, take } = stage();
	log.lost("i2", "lost", "connection closed");
	log.switched(toI1({ to: "i2", gapMs: 130 }));
	expect(take()).toEqual(["i2 lost (connection closed); dialled again, 0 frames lost, 130 ms"]);
});
