import { type Actor, createActor } from "xstate";
import type { Candidate } from "./candidate.ts";
import { pullActor, type StartPull } from "./pull-actor.ts";
import { type SubscriptionInput, subscriptionMachine } from "./subscription-machine.ts";

export type SubscriptionOptions = SubscriptionInput & {
	pull: StartPull;
	/** The machine gave up: nothing will come any more. */
	onOver(): void;
};

/** A running subscription: keeps a stream coming from one upstream after another. Owned and stopped by who wants the stream. */
export class Subscription {
	readonly #actor: Actor<typeof subscriptionMachine>;

	constructor({ choose, patience, pull, onOver }: SubscriptionOptions) {
		const machine = subscriptionMachine.provide({ actors: { pull: pullActor(pull) } });
		this.#actor = createActor(machine, { input: { choose, patience } });
		this.#actor.subscribe({ complete: onOver });
		this.#actor.start();
	}

	/** The upstream in use or being dialled. */
	get current(): Candidate | undefined {
		const snapshot = this.#actor.getSnapshot();
		return snapshot.matches("pulling") ? snapshot.context.current : undefined;
	}

	/** Where the machine stands, as a word for people: `choosing`, `waiting`, `dialling`, `on-air` or `over`. */
	get state(): string {
		const { value } = this.#actor.getSnapshot();
		return typeof value === "string" ? value : value.pulling === "onAir" ? "on-air" : "dialling";
	}

	/** The set of upstreams that have the stream changed. */
	candidatesChanged(): void {
		this.#actor.send({ type: "candidates" });
	}

	/** The upstream in use should not be used any more. */
	currentWithdrawn(): void {
		this.#actor.send({ type: "withdrawn" });
	}

	/** Ends it without `onOver`. */
	stop(): void {
		this.#actor.stop();
	}
}
