import type { Act } from "../act.ts";
import type { Scenario } from "../scenario.ts";
import { GOP_MS, HOT, IDLE_MS, type StagePlan } from "../stage/plan.ts";
import type { SceneNode } from "../stage/scene.ts";
import { encodersOf } from "./encoders.ts";

const LASTING_MS = 20_000;
const MENDED_MS = 10_000;
const WATCHED_MS = 6_000;

/** How long a viewer may wait: a parent that plays along costs nothing to go to, one that must be dialled a little. */
export const HOT_STALL_MS = 100;
const COLD_STALL_MS = 300;
/** Nothing is lost where a parent says that it goes, so nothing has to be waited for. */
export const DRAIN_STALL_MS = 50;

/** What happens to the node in use. */
type Failure = {
	readonly name: string;
	/** In words, after the node. */
	readonly about: string;
	/** What may be waited for, where another parent plays along and where none does. */
	readonly stallMs: { readonly hot: number; readonly cold: number };
	play(act: Act, victim: SceneNode): Promise<void>;
};

const kill: Failure = {
	...{ name: "kill", about: "is killed", stallMs: { hot: HOT_STALL_MS, cold: COLD_STALL_MS } },
	play: async (act, victim) => {
		await act.kill(victim);
		await act.observe(WATCHED_MS);
	},
};

/** Only silence tells of it where nobody else plays along. */
const SILENT_STALL_MS = { hot: HOT_STALL_MS, cold: IDLE_MS + COLD_STALL_MS };

const freeze: Failure = {
	...{ name: "freeze", about: `is frozen for ${LASTING_MS / 1000} s and then goes on`, stallMs: SILENT_STALL_MS },
	play: async (act, victim) => {
		act.freeze(victim);
		await lasting(act, () => victim.thaw());
	},
};

const silentEncoder: Failure = {
	name: "silent-encoder",
	about: `hears nothing of its encoder for ${LASTING_MS / 1000} s, over a connection that stays up, and then all at once`,
	stallMs: SILENT_STALL_MS,
	play: async (act, victim) => {
		const wire = encodersOf(act).wireTo(victim.id);
		act.fault(`silent encoder at ${victim.id}`, victim);
		wire.swallow();
		await lasting(act, () => wire.release());
	},
};

const drain: Failure = {
	...{ name: "drain", about: "is told to stop (SIGTERM)", stallMs: { hot: DRAIN_STALL_MS, cold: DRAIN_STALL_MS } },
	play: async (act, victim) => {
		await act.drain(victim);
		await act.observe(WATCHED_MS);
	},
};

/** In a hurry, what has begun stays so. */
async function lasting(act: Act, end: () => void): Promise<void> {
	await act.observe(LASTING_MS);
	if (act.manner.quick) return;
	end();
	await act.observe(MENDED_MS);
	await act.untilWhole();
}

/** What it happens in. */
type Mesh = {
	/** Of the scenarios' names. */
	readonly prefix: string;
	readonly about: string;
	readonly plan: StagePlan;
	/** Allowed whatever happens. */
	readonly leastMs?: number;
};

const PAIRS: Mesh = { prefix: "", about: "", plan: HOT };
const FED: Mesh = { ...PAIRS, plan: { ...HOT, links: "encoders" } };
const GROUP: Mesh = {
	prefix: "group-",
	about: "one group of upstreams, primary;secondary: ",
	plan: { ...FED.plan, upstreams: "group" },
};
const HOST_INI: Mesh = {
	prefix: "host-ini-",
	about: "one line of a host.ini, primary;secondary: ",
	plan: { ...FED.plan, upstreams: "host.ini" },
};
const UNRELATED: Mesh = {
	prefix: "unrelated-",
	about: "each origin has an encoder of its own: ",
	plan: { ...HOT, feeds: "unrelated" },
	// Silence tells, and the other encoder's next keyframe is waited for.
	leastMs: IDLE_MS + GOP_MS,
};

const cold = (mesh: Mesh): Mesh => ({
	...mesh,
	prefix: `cold-${mesh.prefix}`,
	about: `no other parent plays along; ${mesh.about}`,
	plan: { ...mesh.plan, standby: 0 },
});

/** Each failure in each mesh. Where the name tells no tier, it happens to an origin. */
const matrix = (meshes: readonly Mesh[], failures: readonly Failure[], tier?: "origin" | "intermediate"): Scenario[] =>
	meshes.flatMap(({ prefix, about, plan, leastMs = 0 }) =>
		failures.map(
			(failure): Scenario => ({
				name: `${prefix}${failure.name}${tier ? `-${tier}` : ""}`,
				about: `${about}the ${tier ?? "origin"} in use ${failure.about}`,
				plan,
				limits: { stallMs: Math.max(failure.stallMs[plan.standby > 0 ? "hot" : "cold"], leastMs), isPathAlive: true },
				play: (act) => failure.play(act, act.stage.inUse(tier ?? "origin")),
			}),
		),
	);

/** One node fails while there is another one to play from. */
export const failures: readonly Scenario[] = [
	...matrix([PAIRS, cold(PAIRS)], [kill, freeze, drain], "origin"),
	...matrix([PAIRS, cold(PAIRS)], [kill, freeze, drain], "intermediate"),
	...matrix([FED, cold(FED)], [silentEncoder]),
	...matrix([GROUP, cold(GROUP), HOST_INI, cold(HOST_INI)], [kill, freeze, silentEncoder, drain]),
	...matrix([UNRELATED], [kill, freeze], "origin"),
];
