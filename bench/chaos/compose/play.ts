import { StartError } from "#shared/base/errors";
import { whyNoEngine } from "../../../test/support/containers/compose.ts";
import { missingForWiring } from "../../../test/support/containers/wiring.ts";
import { Matrix } from "../matrix.ts";
import type { Scenario } from "../scenario.ts";
import { ComposeStage } from "./compose-stage.ts";
import { composeScenarios, wiredScenarios } from "./scenarios/index.ts";

/** What can be played here, and what cannot for want of tools. Throws StartError where there is no engine. */
export async function playableHere(): Promise<{ scenarios: readonly Scenario[]; leftOut: string | undefined }> {
	const absence = await whyNoEngine();
	if (absence !== undefined) throw new StartError(absence);
	const missing = await missingForWiring();
	if (missing.length === 0) return { scenarios: composeScenarios, leftOut: undefined };
	const names = wiredScenarios.map(({ name }) => name).join(", ");
	return {
		scenarios: composeScenarios.filter((scenario) => !wiredScenarios.includes(scenario)),
		leftOut: `left out for want of ${missing.join(", ")}: ${names}`,
	};
}

/** A matrix that plays in containers, all scenarios in the same ones. `onUp` is told how long they took to play. */
export const composeMatrix = (onUp: (playableMs: number) => void): Matrix =>
	new Matrix({
		reuses: true,
		open: async (plan, signal) => {
			const stage = await ComposeStage.open(plan, signal);
			onUp(stage.playableMs);
			return stage;
		},
	});
