import { isDeepStrictEqual } from "node:util";
import { Act, type Manner } from "./act.ts";
import type { Scenario } from "./scenario.ts";
import type { StagePlan } from "./stage/plan.ts";
import type { Scene } from "./stage/scene.ts";
import { Stage } from "./stage/stage.ts";
import type { Outcome } from "./verdict.ts";
import { complaintsOf } from "./viewer/decode.ts";

/** Makes a mesh of this plan and waits until it plays. Throws StartError, and the signal's reason. */
type OpenScene = (plan: StagePlan, signal: AbortSignal) => Promise<Scene>;

/** Plays scenarios one after another. Disposing ends the stage that is kept. */
export class Matrix implements AsyncDisposable {
	readonly #reuses: boolean;
	readonly #open: OpenScene;
	#kept: Scene | undefined;

	/** Each scenario gets a stage of its own, or where `reuses` the former one's, healed, if its plan is the same. */
	constructor({ reuses, open = Stage.open }: { reuses: boolean; open?: OpenScene | undefined }) {
		this.#reuses = reuses;
		this.#open = open;
	}

	/** Plays one scenario once. Throws StartError where the mesh does not come up, and the signal's reason. */
	async play(scenario: Scenario, manner: Manner): Promise<Outcome> {
		const stage = await this.#stageFor(scenario, manner.signal);
		const act = new Act(stage, manner);
		try {
			await act.open();
			await scenario.play(act);
			return await outcomeOf(act);
		} finally {
			for (const viewer of act.viewers) viewer.leave();
			this.#kept = stage;
			if (!this.#reuses) await this.#drop();
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#drop();
	}

	async #stageFor({ plan }: Scenario, signal: AbortSignal): Promise<Scene> {
		if (isDeepStrictEqual(this.#kept?.plan, plan) && this.#kept) {
			await this.#kept.heal(signal);
			return this.#kept;
		}
		await this.#drop();
		return await this.#open(plan, signal);
	}

	async #drop(): Promise<void> {
		const stage = this.#kept;
		this.#kept = undefined;
		await stage?.[Symbol.asyncDispose]();
	}
}

async function outcomeOf(act: Act): Promise<Outcome> {
	const { stage, viewers, faults } = act;
	const sightings = viewers.map((viewer) => viewer.leave());
	const troubles = [...stage.crashes, ...act.troubles];
	if (stage.plan.feeds !== "identical") {
		for (const { edge, packets } of viewers) {
			const complaints = await complaintsOf(packets);
			if (complaints !== "") troubles.push(`what the viewer at ${edge} got cannot be decoded: ${complaints}`);
		}
	}
	return {
		sightings,
		faults: faults.map(({ what }) => what),
		switches: act.switches(),
		detectMs: act.detectMs(),
		unfedMs: act.unfedMs,
		troubles,
		remarks: act.remarks,
	};
}
