import { type Actor, createActor } from "xstate";
import type { Server } from "./candidate.ts";
import { pullActor, type StartPull } from "./pull-actor.ts";
import { live, onAir, type Roster, type ServerState, stateOf } from "./roster.ts";
import { serverMachine } from "./server-machine.ts";
import { type OnAirChange, type SubscriptionInput, subscriptionMachine } from "./subscription-machine.ts";

export type SubscriptionOptions = Omit<SubscriptionInput, "servers"> & {
	/** The servers that have the stream, in order of preference. Called at the start and whenever they may have changed. */
	servers(): readonly Server[];
	pull: StartPull;
	onAirChanged(change: OnAirChange): void;
	/** The machine gave up. No more media will come. */
	onOver(): void;
	/** Our own code threw, and the subscription has ended. */
	onFailed(error: unknown): void;
};

/** The state of a subscription: ids of servers, the one on air first. */
export type SubscriptionState = {
	readonly state: "searching" | "on-air" | "over";
	readonly live: readonly string[];
	readonly dialling: readonly string[];
	readonly cooling: readonly string[];
	/** All servers that have the stream, in order of preference, and servers that are being left. */
	readonly servers: readonly ServerStanding[];
};

/** The state of one server. `leaving`: it plays until another one does. */
export type ServerStanding = Pick<Server, "id" | "group" | "rank"> & { readonly state: ServerState | "leaving" };

/** A running subscription keeps a stream coming. The owner of the stream owns and stops it. Its methods never throw. */
export class Subscription {
	readonly #actor: Actor<typeof subscriptionMachine>;
	readonly #options: SubscriptionOptions;
	#isStopped = false;

	constructor(options: SubscriptionOptions) {
		const { pull, onAirChanged, onOver, standby, holdMs, patience } = options;
		this.#options = options;
		const server = serverMachine.provide({ actors: { pull: pullActor(pull) } });
		const machine = subscriptionMachine.provide({ actors: { server } });
		this.#actor = createActor(machine, { input: { servers: [], standby, holdMs, patience } });
		this.#actor.on("onAir", (change) => this.#contain(() => onAirChanged(change)));
		this.#actor.subscribe({
			// A machine that is stopped from outside is complete too.
			complete: () => this.#isStopped || onOver(),
			error: (error) => this.#fail(error),
		});
	}

	/** Starts to pull. */
	start(): void {
		this.#actor.start();
		this.candidatesChanged();
	}

	/** The id of the server on air. */
	get server(): string | undefined {
		return onAir(this.#roster);
	}

	get state(): SubscriptionState {
		const roster = this.#roster;
		const inState = (wanted: ServerState): string[] =>
			roster.entries.filter(({ state }) => state === wanted).map(({ server }) => server.id);
		const isOver = this.#actor.getSnapshot().status !== "active";
		return {
			state: isOver ? "over" : onAir(roster) === undefined ? "searching" : "on-air",
			live: live(roster),
			dialling: inState("dialling"),
			cooling: inState("cooling"),
			servers: standings(roster),
		};
	}

	/** Actors at work: the machine itself and one for each server it has asked. */
	get actors(): number {
		return 1 + Object.keys(this.#actor.getSnapshot().children).length;
	}

	/** Call it when the servers that have the stream may have changed. */
	candidatesChanged(): void {
		if (this.#actor.getSnapshot().status !== "active") return;
		this.#contain(() => this.#actor.send({ type: "candidates", servers: this.#options.servers() }));
	}

	/** Ends it without `onOver`. */
	stop(): void {
		this.#isStopped = true;
		this.#actor.stop();
	}

	get #roster(): Roster {
		return this.#actor.getSnapshot().context.roster;
	}

	#contain(task: () => void): void {
		try {
			task();
		} catch (error) {
			this.#fail(error);
		}
	}

	#fail(error: unknown): void {
		if (this.#isStopped) return;
		this.stop();
		this.#options.onFailed(error);
	}
}

function standings(roster: Roster): ServerStanding[] {
	const { offered, entries } = roster;
	const isOffered = (server: Server): boolean => offered.some(({ id }) => id === server.id);
	const standing = ({ id, group, rank }: Server, state: ServerStanding["state"]) => ({ id, group, rank, state });
	return [
		...offered.map((server) => standing(server, stateOf(roster, server.id))),
		...entries
			.filter(({ server, state }) => state !== "resting" && !isOffered(server))
			.map(({ server, state }) =>
				standing(server, state === "trial" || state === "steady" || state === "dialling" ? "leaving" : state),
			),
	];
}
