import type { Server } from "./candidate.ts";
import { roundOf } from "./retry.ts";
import { live, onAir, type Roster, stateOf, triesOf } from "./roster.ts";

/** What is wanted of a roster. */
export type Plan = {
	/** How many servers play along beside the one on air; 0 dials the next one when it is needed. */
	readonly standby: number;
	/** Whether a server that stands before the one on air is to come back. */
	readonly failback: boolean;
};

/**
 * Servers to ask so that one is on air and `standby` play along: all from the nearest tier that has any, since a farther one
 * is a refuge. Those that did not fail come first, then those lost longest ago. `hurry` more are asked, whatever their
 * tier, while nobody answers. What is to come back is asked besides, one at a time.
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
 * Servers that play and may rest once another one is known to: those that do not offer the stream any more, those of a
 * farther tier, standbys beyond their number.
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

/** The server that should be on air again: it stands before the one that is, and plays well. */
export const better = (roster: Roster): string | undefined =>
	roster.offered.find((server) => isBetter(roster, server) && stateOf(roster, server.id) === "steady")?.id;

function isBetter(roster: Roster, { id, isSuspect }: Server): boolean {
	const place = (wanted: string | undefined): number => roster.offered.findIndex((server) => server.id === wanted);
	return !isSuspect && place(id) < place(onAir(roster));
}

const nearestOf = (servers: readonly Server[]): number => Math.min(...servers.map(({ tier }) => tier));

const isFree = (roster: Roster, { id, isSuspect }: Server): boolean => !isSuspect && stateOf(roster, id) === "resting";

/** Servers to ask where one is wanted, in this order. */
function freeOf(roster: Roster): Server[] {
	const isQuiet = onAir(roster) === undefined;
	const lostAt = (id: string): number => roster.entries.findIndex(({ server }) => server.id === id);
	const order = ({ id, tier }: Server): number => tier * 1e6 + (triesOf(roster, id) > 0 ? 1 + lostAt(id) : 0);
	return roster.offered
		.filter((server) => isFree(roster, server) && (isQuiet || hasTurn(roster, server)))
		.sort((a, b) => order(a) - order(b));
}

/**
 * While somebody is on air a lost group is retried one server at a time: its primary some times, then its secondary, and so
 * on. A server that has not failed is no retry; while nobody is on air there is no time for turns.
 */
function hasTurn(roster: Roster, server: Server): boolean {
	if (triesOf(roster, server.id) === 0) return true;
	const round = ({ id }: Server): number => roundOf(triesOf(roster, id));
	const isLost = ({ id, group, isSuspect }: Server): boolean =>
		group === server.group && !isSuspect && triesOf(roster, id) > 0 && !live(roster).includes(id);
	const [first] = roster.offered.filter(isLost).sort((a, b) => round(a) - round(b));
	return first?.id === server.id;
}
