import fc from "fast-check";
import { expect, test } from "vitest";
import { type Health, IDLE_MS, TICK_MS, type TruePull, type TrueServer, World } from "./test-world.ts";

const PATIENCE = { first: 2_000, later: 5_000 };
const FOR_EVER = { first: undefined, later: undefined };
/** The longest pause between two tries. */
const MOST_PAUSE_MS = 5_000;
/** A server that is well is found within its pause, a dial of another, the trials of others, and a turn for everybody. */
const FOUND_WITHIN_MS = MOST_PAUSE_MS + 3_000 + 2 * IDLE_MS + 5 * 300;

const health = fc.constantFrom<Health>("well", "silent", "frozen", "down");
/** Five servers, a bit each. */
const some = fc.oneof(fc.constant(31), fc.constantFrom(15, 1, 2, 4, 5, 8, 10, 16), fc.nat(31));

/** One thing that happens to some servers, or time that passes. */
const step = fc.oneof(
	fc.record({ do: fc.constant("health" as const), some, health }),
	fc.record({ do: fc.constantFrom("offer" as const, "suspect" as const), some }),
	{ arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat(2_000) }), weight: 2 },
	fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 2_000, max: 12_000 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Asked some million times: an expectation of vitest's costs a hundred times as much as what it looks at. */
function must(isSo: boolean, what: string): void {
	if (!isSo) expect.fail(what);
}

function atMost(value: number, limit: number, what: string): void {
	if (value > limit) expect.fail(`${what}: ${value}, ${limit} at most`);
}

/** What the rules say, checked against what is true of servers and plays, not against what the subscription believes. */
class Referee {
	readonly world: World;
	readonly #options: { standby: number; holdMs: number | undefined; isPatient: boolean };
	readonly #failedAt = new Map<string, number>();
	/** Since when a server can be had, by its id. */
	readonly #goodSince = new Map<string, number>();
	/** Since when something that should not last is so. */
	readonly #since = new Map<string, number>();
	/** What was wrong with a pull at its start: what is thrown there would end the subscription. */
	readonly #faults: string[] = [];
	#carriedAt = 0;
	#quietSince: number | undefined;
	#fedUntil: number | undefined;
	#changes = 0;

	constructor(options: { standby: number; holdMs: number | undefined; isPatient: boolean }) {
		this.#options = options;
		const { standby, holdMs, isPatient } = options;
		this.world = new World({ standby, holdMs, patience: isPatient ? PATIENCE : FOR_EVER }, (pull) =>
			this.#opened(pull),
		);
	}

	take(one: Step): void {
		const { world } = this;
		if (one.do === "wait") {
			for (let waited = 0; waited < one.ms && !world.isOver; waited += TICK_MS) this.tick();
			return;
		}
		for (const [place, server] of world.servers.entries()) {
			if (((one.some >> place) & 1) === 0) continue;
			if (one.do === "health") server.health = one.health;
			else if (one.do === "offer") server.isOffered = !server.isOffered;
			else server.isSuspect = !server.isSuspect;
		}
		const before = world.open;
		world.offer();
		this.#checkLeft(before);
		this.#check();
	}

	tick(): void {
		const before = this.world.open;
		this.world.tick();
		for (const { at, isOpen, flowingSince } of before) {
			if (!isOpen && at.failures > 0) this.#failedAt.set(at.id, this.world.now);
			if (!isOpen && flowingSince !== undefined) this.#fedUntil = this.world.now;
		}
		this.#checkLeft(before);
		this.#check();
	}

	/** Rule 7: make before break. */
	#checkLeft(before: readonly TruePull[]): void {
		const left = before.find(({ isOpen, isLost, flowingSince }) => !isOpen && !isLost && flowingSince !== undefined);
		if (!left || this.world.isOver) return;
		const isMade = this.world.open.some(({ flowingSince }) => flowingSince !== undefined);
		must(isMade, `${left.at.id} is left before another is known to flow`);
	}

	/** Rule 3, and who may be asked at all. */
	#opened({ at, openedAt }: TruePull): void {
		const { id, failures, isOffered, isSuspect } = at;
		if (!isOffered || isSuspect) this.#faults.push(`${id} is asked though it is not to be`);
		if (failures === 0) return;
		const pause = Math.min(100 * 2 ** (failures - 1), MOST_PAUSE_MS) / 2;
		const paused = openedAt - (this.#failedAt.get(id) ?? Number.NEGATIVE_INFINITY);
		if (paused < pause - TICK_MS) this.#faults.push(`${id} is tried again ${paused} ms after failure ${failures}`);
		const isPlayed = this.world.open.some(({ firstMediaAt }) => firstMediaAt !== undefined);
		if (!isPlayed || this.#options.holdMs !== undefined) return;
		if (this.#turnOf(at) !== id) this.#faults.push(`${id} is tried though the turn is that of ${this.#turnOf(at)}`);
	}

	/** Of a group's servers that failed and do not play: the first in the lowest round of three. */
	#turnOf({ group }: TrueServer): string | undefined {
		const { servers, open } = this.world;
		const isPlaying = (one: TrueServer) =>
			open.some(({ at, firstMediaAt }) => at === one && firstMediaAt !== undefined);
		const waiting = servers.filter(
			(one) => one.group === group && one.isOffered && !one.isSuspect && one.failures > 0 && !isPlaying(one),
		);
		const rounds = waiting.map(({ failures }) => Math.floor(failures / 3));
		return waiting[rounds.indexOf(Math.min(...rounds))]?.id;
	}

	#check(): void {
		const { world } = this;
		must(this.#faults.length === 0, this.#faults.join(", "));
		if (world.isOver) {
			this.#checkEnd();
			return;
		}
		const { open, now } = world;
		must(new Set(open.map(({ at }) => at)).size === open.length, "each server plays once at most");
		const air = open.find(({ at }) => at.id === world.onAir);
		const playing = open.filter(({ firstMediaAt }) => firstMediaAt !== undefined);
		must((air === undefined) === (playing.length === 0), "somebody is on air just when somebody plays");
		this.#checkHurry(playing.length === 0);
		// Rule 2: what says nothing is left, however well it answered.
		if (air) atMost(now - (air.lastMediaAt ?? 0), IDLE_MS, "silent on air");
		const flowing = playing.filter(({ flowingSince }) => flowingSince !== undefined);
		this.#expectShort(
			"an unproven server on air beside one that flows",
			flowing.length > 0 && !flowing.includes(air as TruePull),
		);
		// Rule 7.
		const hasElsewhere = flowing.some(({ at }) => at.isOffered);
		this.#expectShort("a server plays on that withdrew", hasElsewhere && playing.some(({ at }) => !at.isOffered));
		this.#checkChanges();
		this.#checkFound(playing.some(({ at }) => at.health === "well"));
		if (flowing.length > 0) this.#fedUntil = now;
		else if (playing.length > 0) this.#fedUntil ??= now;
		// Rule 6.
		if (this.#options.isPatient && this.#fedUntil !== undefined) {
			const most = PATIENCE.later + 3_000 + 2 * IDLE_MS;
			atMost(now - this.#fedUntil, most, "readers are held though nothing flows");
		}
	}

	/** Rule 2: somebody is counted on, and while nobody plays one more each 300 ms, as long as there are any that did not fail. */
	#checkHurry(isQuiet: boolean): void {
		const { servers, open, now } = this.world;
		if (!isQuiet) this.#quietSince = undefined;
		else this.#quietSince ??= now;
		const isOpen = (one: TrueServer) => open.some(({ at }) => at === one);
		const fresh = servers.filter((one) => one.isOffered && !one.isSuspect && one.failures === 0 && !isOpen(one));
		// Readers whose patience is over wait for what is under way and no more.
		if (fresh.length === 0 || this.#options.isPatient) return;
		const quiet = now - (this.#quietSince ?? now);
		const least = 1 + Math.max(0, Math.floor((quiet - TICK_MS) / 300));
		const engaged = open.filter(({ at }) => at.isOffered);
		must(engaged.length >= least, `${fresh[0]?.id} is not asked`);
	}

	#expectShort(what: string, isSo: boolean): void {
		if (!isSo) this.#since.delete(what);
		else if (!this.#since.has(what)) this.#since.set(what, this.world.now);
		atMost(this.world.now - (this.#since.get(what) ?? this.world.now), IDLE_MS + 2 * TICK_MS, what);
	}

	/** Rule 4: nobody leaves the air for nothing. */
	#checkChanges(): void {
		const { world } = this;
		for (const { from, to, cause } of world.changes.slice(this.#changes)) {
			if (from === undefined || to === undefined) continue;
			const [former, latter] = [from, to].map((id) => world.servers.find((one) => one.id === id));
			const stays = world.open.find(({ at }) => at === former);
			const isNearer = (latter?.tier ?? 0) < (former?.tier ?? 0);
			const isBack = this.#options.holdMs !== undefined && cause === "failback";
			const isUnproven = stays?.flowingSince === undefined;
			must(!stays || !former?.isOffered || isNearer || isBack || isUnproven, `${from} leaves the air for ${to}`);
		}
		this.#changes = world.changes.length;
	}

	/** Whoever has been well for long enough is found. */
	#checkFound(isCarried: boolean): void {
		const { servers, now } = this.world;
		if (isCarried) this.#carriedAt = now;
		for (const { id, health, isOffered, isSuspect } of servers) {
			if (health !== "well" || !isOffered || isSuspect) this.#goodSince.delete(id);
			else if (!this.#goodSince.has(id)) this.#goodSince.set(id, now);
		}
		const longest = now - Math.min(now, ...this.#goodSince.values());
		const missed = Math.min(longest, now - this.#carriedAt);
		if (!this.#options.isPatient) atMost(missed, FOUND_WITHIN_MS, "a server is well, and nothing plays");
	}

	#checkEnd(): void {
		const { now, open } = this.world;
		const least = this.#fedUntil === undefined ? PATIENCE.first : this.#fedUntil + PATIENCE.later;
		expect(now, "readers are given up too soon").toBeGreaterThanOrEqual(least - TICK_MS);
		expect(open).toEqual([]);
	}

	/** In the end everything is well: a server on air and its standbys, each known to flow, all of the nearest tier, and no more. */
	settle(): void {
		const { world } = this;
		for (const one of world.servers) Object.assign(one, { health: "well", isOffered: true, isSuspect: false });
		world.offer();
		this.take({ do: "wait", ms: 12_000 });
		if (world.isOver) return;
		expect(world.open.map(({ at, flowingSince }) => at.tier === 0 && flowingSince !== undefined)).toEqual(
			Array(1 + this.#options.standby).fill(true),
		);
		const before = world.onAir;
		this.take({ do: "wait", ms: 12_000 });
		expect(world.onAir).toBe(before);
		if (this.#options.holdMs !== undefined) expect(before).toBe("a");
		world.actor.stop();
		expect(world.open).toEqual([]);
	}
}

const options = fc.record({
	standby: fc.nat(2),
	holdMs: fc.constantFrom(undefined, 500),
	isPatient: fc.boolean(),
});

const STANDBY_0 = { standby: 0, holdMs: undefined, isPatient: false };
const wait = (ms: number): Step => ({ do: "wait", ms });

/** What chance seldom brings about. */
const EXAMPLES: [Step[], typeof STANDBY_0][] = [
	// Every encoder hangs: readers are told, however often old groups of pictures come.
	[
		[wait(2_000), { do: "health", some: 31, health: "silent" }, wait(12_000), wait(12_000)],
		{ ...STANDBY_0, isPatient: true },
	],
	// The one on air withdraws and the next is silent: it is not left for that.
	[[wait(2_000), { do: "health", some: 2, health: "silent" }, { do: "offer", some: 1 }, wait(4_000)], STANDBY_0],
	// It withdraws while it is dialled.
	[[{ do: "offer", some: 1 }, wait(4_000)], STANDBY_0],
	// Most take connections and say nothing.
	[[{ do: "health", some: 7, health: "frozen" }, wait(4_000)], STANDBY_0],
];

test("whatever happens to its servers, a subscription keeps the rules, and a stream that can be had is had in the end", {
	timeout: 120_000,
}, () => {
	fc.assert(
		fc.property(fc.array(step, { maxLength: 20 }), options, (steps, chosen) => {
			const referee = new Referee(chosen);
			for (const one of steps) if (!referee.world.isOver) referee.take(one);
			if (!referee.world.isOver) referee.settle();
		}),
		{ numRuns: 60, examples: EXAMPLES },
	);
});
