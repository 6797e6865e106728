import { Random } from "../../../test/fuzz/random.ts";
import type { Act } from "../act.ts";
import { Dealer, natsBlows, nextAwayMs, nextGround, nodeBlows } from "../blows.ts";
import type { Scenario } from "../scenario.ts";
import { HOT } from "../stage/plan.ts";
import { HOT_STALL_MS } from "./failures.ts";

const FAULTS = 20;
const QUICK_FAULTS = 5;
/** From one fault to the next, so that twenty fill three minutes. Some come while an earlier one lasts. */
const LEAST_PAUSE_MS = 4_000;
const MOST_PAUSE_MS = 12_000;
const MOST_AWAY_MS = 7_000;
const WATCHED_MS = 6_000;

/** One blow after another. One node of each tier is always well; what is struck, and its sibling, are well before. */
async function play(act: Act): Promise<void> {
	const { stage, manner } = act;
	const random = new Random(manner.seed);
	const dealer = new Dealer();
	for (let count = manner.quick ? QUICK_FAULTS : FAULTS; count > 0; count--) {
		const ground = nextGround(random);
		const nodes = ground === "nats-server" ? [] : stage.tier(ground);
		const node = nodes[random.below(2)];
		const blow = random.pick(node ? nodeBlows(node) : natsBlows(stage));
		const awayMs = nextAwayMs(random, MOST_AWAY_MS);
		const pauseMs = LEAST_PAUSE_MS + random.below(MOST_PAUSE_MS - LEAST_PAUSE_MS);
		await dealer.ready(ground);
		if (!(await stage.untilWell(nodes, manner.signal))) {
			act.troubles.push(`the ${ground}s do not get well after ${act.faults.at(-1)?.what}`);
			break;
		}
		act.fault(blow.what, node);
		dealer.deal(ground, blow, () => act.pause(awayMs));
		await act.pause(pauseMs);
	}
	await dealer.done();
	await act.untilWhole();
	await act.observe(WATCHED_MS);
}

/** Faults left to chance, one path staying alive. */
export const randomFaults: Scenario = {
	name: "random-faults",
	about: `${FAULTS} faults by chance in three minutes: origins and intermediates killed, frozen and told to stop, nats-server killed and frozen; --seed chooses them`,
	plan: HOT,
	limits: { stallMs: HOT_STALL_MS, isPathAlive: true },
	play,
};
