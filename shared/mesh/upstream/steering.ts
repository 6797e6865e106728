import type { Server } from "./candidate.ts";
import { roundOf } from "./retry.ts";
import { live, onAir, type Roster, stateOf, triesOf } from "./roster.ts";

/** The goals for a roster. */
export type Plan = {
	/** How many servers are pulled beside the one on air. 0: the next one is dialled when it is needed. */
	readonly standby: number;
	/** Whether to return to a server that is preferred to the one on air. */
	readonly failback: boolean;
};

/**
 * The servers to ask so that one is on air and `standby` more are pulled. All are from the nearest tier that has any, because a
 * farther tier is a refuge. Servers that did not fail come first, then those lost longest ago. While nobody answers, `hurry` more
 * are asked, of any tier. A preferred server to return to is asked in addition, one at a time.
 */
export function toAsk(roster: Roster, { standby, failback }: Plan, hurry: number): Server[] {
	const engaged = roster.offered.filter(({ id }) => ["dialling", "trial", "steady"].includes(stateOf(roster, id)));
	const free = freeOf(roster);
	const nearest = nearestOf([...engaged, ...free]);
	const isNear = ({ tier }: Server): boolean => hurry > 0 || tier === nearest;
	const vacancies = 1 + standby + hurry - engaged.filter(isNear).length;
	const asks = free.filter(isNear).slice(0, Math.max(vacancies, 0));
	if (asks.length > 0 || !failback || engaged.some((server) => isBetter(roster, server))) return asks;
	return roster.offered.filter((server) => isBetter(roster, server) && isFree(roster, server)).slice(0, 1);
}

/**
 * Servers that play and may rest when another one plays for certain: servers that no longer offer the stream, servers of a farther
 * tier, and surplus standbys.
 */
export function toRest(roster: Roster, { standby, failback }: Plan): string[] {
	const fit = live(roster).flatMap((id) => roster.offered.find((server) => server.id === id) ?? []);
	const nearest = nearestOf(fit);
	const near = fit.filter(({ tier }) => tier === nearest);
	const isSteady = ({ id }: Server): boolean => stateOf(roster, id) === "steady";
	const steady = near.filter(isSteady);
	if (steady.length === 0) return [];
	const kept = [...steady, ...near.filter((server) => !isSteady(server))].slice(0, 1 + standby);
	const watched = near.filter((server) => failback && isBetter(roster, server)).slice(0, 1);
	return live(roster).filter((id) => ![...kept, ...watched].some((server) => server.id === id));
}

/** The server that should be on air again: it is preferred to the one on air, and it is steady. */
export const better = (roster: Roster): string | undefined =>
	roster.offered.find((server) => isBetter(roster, server) && stateOf(roster, server.id) === "steady")?.id;

function isBetter(roster: Roster, { id, isSuspect }: Server): boolean {
	const place = (wanted: string | undefined): number => roster.offered.findIndex((server) => server.id === wanted);
	return !isSuspect && place(id) < place(onAir(roster));
}

const nearestOf = (servers: readonly Server[]): number => Math.min(...servers.map(({ tier }) => tier));

const isFree = (roster: Roster, { id, isSuspect }: Server): boolean => !isSuspect && stateOf(roster, id) === "resting";

/** Servers that may be asked, in this order. */
function freeOf(roster: Roster): Server[] {
	const isQuiet = onAir(roster) === undefined;
	const lostAt = (id: string): number => roster.entries.findIndex(({ server }) => server.id === id);
	const order = ({ id, tier }: Server): number => tier * 1e6 + (triesOf(roster, id) > 0 ? 1 + lostAt(id) : 0);
	return roster.offered
		.filter((server) => isFree(roster, server) && (isQuiet || hasTurn(roster, server)))
		.sort((a, b) => order(a) - order(b));
}

/**
 * While a server is on air, a lost group is retried one server at a time: its primary a few times, then its secondary, and so on.
 * A server that has not failed is not a retry. While no server is on air there is no time to take turns.
 */
function hasTurn(roster: Roster, server: Server): boolean {
	if (triesOf(roster, server.id) === 0) return true;
	const round = ({ id }: Server): number => roundOf(triesOf(roster, id));
	const isLost = ({ id, group, isSuspect }: Server): boolean =>
		group === server.group && !isSuspect && triesOf(roster, id) > 0 && !live(roster).includes(id);
	const [first] = roster.offered.filter(isLost).sort((a, b) => round(a) - round(b));
	return first?.id === server.id;
}
