import { createActor, type EventObject, fromCallback, SimulatedClock } from "xstate";
import type { Candidate, Server } from "./candidate.ts";
import { type PullReport, serverMachine } from "./server-machine.ts";
import { type OnAirChange, type SubscriptionInput, subscriptionMachine } from "./subscription-machine.ts";
import { server } from "./test-stage.ts";

export const TICK_MS = 25;
export const IDLE_MS = 1_000;
const ANSWER_MS = 25;
const FIRST_MEDIA_MS = 3_000;

/** `silent` has an old group of pictures in store for each play and no more · `frozen` takes connections and says nothing. */
export type Health = "well" | "silent" | "frozen" | "down";

/** A server as it is, whatever a subscription believes of it. */
export type TrueServer = Server & { health: Health; isOffered: boolean; isSuspect: boolean; failures: number };

/** A play as it goes, driven by time and by how the server is. */
export class TruePull {
	readonly at: TrueServer;
	readonly openedAt: number;
	readonly #report: (event: PullReport) => void;
	firstMediaAt: number | undefined;
	lastMediaAt: number | undefined;
	/** Since when media is known to flow. */
	flowingSince: number | undefined;
	isOpen = true;
	isLost = false;

	constructor(at: TrueServer, openedAt: number, report: (event: PullReport) => void) {
		this.at = at;
		this.openedAt = openedAt;
		this.#report = report;
	}

	step(now: number): void {
		const { health } = this.at;
		if (health === "down") this.#lose("lost");
		else if (this.firstMediaAt === undefined) this.#dial(now, health);
		else if (health === "well") this.#take(now, this.firstMediaAt);
		else if (now - (this.lastMediaAt ?? 0) >= IDLE_MS) this.#lose("idle");
	}

	#dial(now: number, health: Health): void {
		const isAnswered = health !== "frozen" && now - this.openedAt >= ANSWER_MS;
		if (isAnswered) {
			this.firstMediaAt = now;
			this.lastMediaAt = now;
			this.#report({ type: "live" });
		} else if (now - this.openedAt >= FIRST_MEDIA_MS) this.#lose("idle");
	}

	#take(now: number, firstMediaAt: number): void {
		this.lastMediaAt = now;
		if (this.flowingSince !== undefined || now - firstMediaAt < IDLE_MS) return;
		this.flowingSince = now;
		this.at.failures = 0;
		this.#report({ type: "flowing" });
	}

	#lose(reason: string): void {
		this.isLost = true;
		this.at.failures++;
		this.#report({ type: "lost", reason });
	}
}

/** Two groups of two and a server of a farther tier; what happens to them, and a subscription that makes do with it. */
export class World {
	readonly clock = new SimulatedClock();
	readonly servers: TrueServer[] = ["a", "b", "a2:a", "b2:b", "far@1"].map((text) => ({
		...server(text),
		health: "well",
		isOffered: true,
		isSuspect: false,
		failures: 0,
	}));
	readonly #pulls = new Set<TruePull>();
	readonly changes: OnAirChange[] = [];
	readonly actor;
	onAir: string | undefined;

	constructor(options: Omit<SubscriptionInput, "servers">, onPull: (pull: TruePull) => void) {
		const pull = fromCallback<EventObject, Candidate>(({ input, sendBack }) => {
			const at = this.servers.find(({ id }) => id === input.id);
			if (!at) throw new Error(`nobody is called ${input.id}`);
			const entry = new TruePull(at, this.clock.now(), sendBack);
			onPull(entry);
			this.#pulls.add(entry);
			return () => {
				entry.isOpen = false;
				this.#pulls.delete(entry);
			};
		});
		const machine = subscriptionMachine.provide({ actors: { server: serverMachine.provide({ actors: { pull } }) } });
		const input = { ...options, servers: this.servers.map((one) => ({ ...one })) };
		this.actor = createActor(machine, { clock: this.clock, input });
		this.actor.on("onAir", (change) => {
			this.changes.push(change);
			this.onAir = change.to;
		});
		this.actor.start();
	}

	get now(): number {
		return this.clock.now();
	}

	get open(): TruePull[] {
		return [...this.#pulls];
	}

	get isOver(): boolean {
		return this.actor.getSnapshot().status === "done";
	}

	/** One moment passes. */
	tick(): void {
		this.clock.increment(TICK_MS);
		for (const pull of this.open) pull.step(this.now);
	}

	/** Tells the subscription who has the stream. */
	offer(): void {
		const servers = this.servers.filter(({ isOffered }) => isOffered).map((one) => ({ ...one }));
		this.actor.send({ type: "candidates", servers });
	}
}
