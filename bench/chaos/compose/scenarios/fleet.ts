import type { Act } from "../../act.ts";
import type { Scenario } from "../../scenario.ts";
import { HOT_STALL_MS } from "../../scenarios/failures.ts";
import type { SceneNode } from "../../stage/scene.ts";
import type { ChaosViewer } from "../../viewer/chaos-viewer.ts";
import { COMPOSED } from "../compose-stage.ts";
import { composeStageOf, timed, timeToPlay } from "./staged.ts";

const WATCHED_MS = 6_000;
const REACHED_WITHIN_MS = 2_000;
const ROLLED = ["origin-a", "origin-b", "intermediate-a", "intermediate-b"];

const common = { plan: COMPOSED, limits: { stallMs: HOT_STALL_MS, isPathAlive: true } };

/** Viewers whose edge went: what they saw until then must be whole, and then another edge takes them. */
async function move(act: Act, viewers: readonly ChaosViewer[], to: SceneNode): Promise<void> {
	for (const viewer of viewers) {
		const { lost, dup, back } = viewer.leave();
		if (lost + dup + back > 0)
			act.troubles.push(`a viewer missed ${lost}, got ${dup} twice and went back ${back} times`);
		act.viewers.splice(act.viewers.indexOf(viewer), 1);
	}
	timed(
		act,
		"a viewer of an edge that went plays at another",
		await timeToPlay(act, to, "live/demo"),
		REACHED_WITHIN_MS,
	);
}

/** Does it; then those whose edge is gone, or another container now, watch elsewhere. */
async function whileEdgesGo(act: Act, go: () => Promise<void>): Promise<void> {
	const stage = composeStageOf(act);
	const before = stage.tier("edge");
	await go();
	const after = stage.tier("edge");
	const gone = new Set(before.filter((edge) => !after.includes(edge)).map(({ id }) => id));
	const to = after.find((edge) => before.includes(edge));
	const moved = act.viewers.filter(({ edge }) => gone.has(edge));
	if (to && moved.length > 0) await move(act, moved, to);
}

/** How many containers there are, and which image they are of. */
export const fleet: readonly Scenario[] = [
	{
		name: "scale-edges",
		about:
			"beside the fixed edge, one is scaled to four and to two, with viewers at all of them; those of an edge that goes watch another",
		...common,
		play: async (act) => {
			const stage = composeStageOf(act);
			act.fault("scale to four edges");
			await stage.scaleEdges(4);
			const watched = new Set(act.viewers.map(({ edge }) => edge));
			for (const edge of stage.tier("edge")) if (!watched.has(edge.id)) await act.watch(edge);
			await act.observe(WATCHED_MS);
			act.fault("scale to two edges");
			await whileEdgesGo(act, () => stage.scaleEdges(2));
			await act.untilWhole();
			await act.observe(WATCHED_MS);
		},
	},
	{
		name: "rolling-update",
		about:
			"the image is built anew and every container replaced, origins and intermediates one after another, edges by new ones beside them",
		...common,
		play: async (act) => {
			const stage = composeStageOf(act);
			await stage.rebuild();
			for (const service of ROLLED) {
				act.fault(`replace ${service}`, stage.node(service));
				await stage.replace(service);
				await act.untilWhole();
			}
			act.fault("replace edges");
			const old = stage.scaledEdges();
			await stage.scaleEdges(2 * old.length);
			await whileEdgesGo(act, () => stage.retire(old));
			await whileEdgesGo(act, () => stage.replace("edge-a"));
			for (const edge of stage.tier("edge")) await act.watch(edge);
			await act.untilWhole();
			await act.observe(WATCHED_MS);
		},
	},
];
