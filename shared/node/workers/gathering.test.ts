import { expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import { Gathering } from "./gathering.ts";
import type { ToWorker } from "./worker-messages.ts";

class Member {
	isReady = true;
	readonly told: ToWorker[] = [];
	send(message: ToWorker): void {
		this.told.push(message);
	}
}

async function setUp(about: "metrics" | "sessions" = "metrics") {
	const question = { about, what: "?" } as const;
	const clock = new ManualClock();
	const [asker, one, two] = [new Member(), new Member(), new Member()];
	const gathering = new Gathering(clock, [asker, one, two], () => Promise.resolve("own"));
	const ask = async () => {
		gathering.take(asker, { event: "show-all", ask: 7, ...question });
		await Promise.resolve();
	};
	return { question, clock, asker, one, two, gathering, ask };
}

test("who asks gets the pool's metrics and those of all others", async () => {
	const { question, asker, one, two, gathering, ask } = await setUp();
	await ask();
	const told = [{ event: "show", ask: 1, ...question }];
	expect([one.told, two.told, asker.told]).toEqual([told, told, []]);
	gathering.take(two, { event: "shown", ask: 1, text: "2" });
	gathering.take(two, { event: "shown", ask: 1, text: "2 again" });
	gathering.take(one, { event: "shown", ask: 1, text: "1" });
	expect(asker.told).toEqual([{ event: "shown-all", ask: 7, texts: ["own", "2", "1"] }]);
});

test("who does not answer within a second is left out, and what comes later is nobody's", async () => {
	const { clock, asker, one, two, gathering, ask } = await setUp();
	await ask();
	gathering.take(one, { event: "shown", ask: 1, text: "1" });
	clock.advance(1000);
	gathering.take(two, { event: "shown", ask: 1, text: "2" });
	expect(asker.told).toEqual([{ event: "shown-all", ask: 7, texts: ["own", "1"] }]);
});

test("who is alone gets an answer at once", async () => {
	const { asker, one, two, ask } = await setUp();
	one.isReady = false;
	two.isReady = false;
	await ask();
	expect(asker.told).toEqual([{ event: "shown-all", ask: 7, texts: ["own"] }]);
});

test("the pool itself has nothing to say of sessions", async () => {
	const { asker, one, two, gathering, ask } = await setUp("sessions");
	await ask();
	gathering.take(one, { event: "shown", ask: 1, text: "1" });
	gathering.take(two, { event: "shown", ask: 1, text: "2" });
	expect(asker.told).toEqual([{ event: "shown-all", ask: 7, texts: ["1", "2"] }]);
});
