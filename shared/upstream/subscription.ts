import { type Actor, createActor } from "xstate";
import { groupMachine } from "./group-machine.ts";
import { pullActor, type StartPull } from "./pull-actor.ts";
import { onAir } from "./roster.ts";
import { type OnAirChange, type SubscriptionInput, subscriptionMachine } from "./subscription-machine.ts";

export type SubscriptionOptions = SubscriptionInput & {
	pull: StartPull;
	onAirChanged(change: OnAirChange): void;
	/** The machine gave up: nothing will come any more. */
	onOver(): void;
};

/** Where a subscription stands: group labels, the one on air first. */
export type SubscriptionState = {
	readonly state: "searching" | "on-air" | "over";
	readonly live: readonly string[];
	readonly dialling: readonly string[];
	readonly cooling: readonly string[];
};

/** A running subscription: keeps a stream coming. Owned and stopped by who wants the stream. */
export class Subscription {
	readonly #actor: Actor<typeof subscriptionMachine>;

	constructor({ pull, onAirChanged, onOver, ...input }: SubscriptionOptions) {
		const group = groupMachine.provide({ actors: { pull: pullActor(pull) } });
		this.#actor = createActor(subscriptionMachine.provide({ actors: { group } }), { input });
		this.#actor.on("onAir", onAirChanged);
		this.#actor.subscribe({ complete: onOver });
		this.#actor.start();
	}

	/** The id of the server on air. */
	get server(): string | undefined {
		const { roster, servers } = this.#actor.getSnapshot().context;
		const label = onAir(roster);
		return label === undefined ? undefined : servers[label]?.id;
	}

	get state(): SubscriptionState {
		const snapshot = this.#actor.getSnapshot();
		const { live, dialling, cooling } = snapshot.context.roster;
		const state = snapshot.matches("over") ? "over" : snapshot.matches("onAir") ? "on-air" : "searching";
		return { state, live, dialling, cooling };
	}

	/** Actors at work: the machine itself and one for each server group it has asked. */
	get actors(): number {
		return 1 + Object.keys(this.#actor.getSnapshot().children).length;
	}

	/** Which groups have the stream may have changed. */
	candidatesChanged(): void {
		this.#actor.send({ type: "candidates" });
	}

	/** A server should not be used any more. */
	serverWithdrawn(server: string): void {
		this.#actor.send({ type: "withdrawn", server });
	}

	/** Ends it without `onOver`. */
	stop(): void {
		this.#actor.stop();
	}
}
