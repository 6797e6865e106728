/** A server group as a subscription sees it. `tier` 0 is nearest; a smaller one is preferred. */
export type GroupPlace = { readonly label: string; readonly tier: number };

/**
 * Who is to play a stream, as values: nothing here acts.
 * `available` have the stream, in the table's order · `live` play, on air first, then in the order they answered ·
 * `dialling` were asked to play · `cooling` lost their server and wait before another try ·
 * `moving` play from a server that wants to be left · `lost` in the order of their last loss, latest last.
 */
export type Roster = {
	readonly available: readonly GroupPlace[];
	readonly live: readonly string[];
	readonly dialling: readonly string[];
	readonly cooling: readonly string[];
	readonly moving: readonly string[];
	readonly lost: readonly string[];
};

export const emptyRoster: Roster = { available: [], live: [], dialling: [], cooling: [], moving: [], lost: [] };

const without = (list: readonly string[], label: string): string[] => list.filter((other) => other !== label);
const labels = (places: readonly GroupPlace[]): string[] => places.map(({ label }) => label);

/** The group whose frames readers get first, if any. */
export const onAir = (roster: Roster): string | undefined => roster.live[0];

/** A group was asked to play. */
export const asked = (roster: Roster, label: string): Roster => ({
	...roster,
	dialling: [...without(roster.dialling, label), label],
	cooling: without(roster.cooling, label),
});

/** A group plays: it goes to the bottom of the list. */
export const answered = (roster: Roster, label: string): Roster => ({
	...roster,
	dialling: without(roster.dialling, label),
	live: [...without(roster.live, label), label],
});

/** A group lost its server. */
export const lost = (roster: Roster, label: string): Roster => ({
	...roster,
	live: without(roster.live, label),
	dialling: without(roster.dialling, label),
	moving: without(roster.moving, label),
	cooling: [...without(roster.cooling, label), label],
	lost: [...without(roster.lost, label), label],
});

/** A group has cooled down. */
export const ready = (roster: Roster, label: string): Roster => ({
	...roster,
	cooling: without(roster.cooling, label),
});

/** A group was told to rest. */
export const rested = (roster: Roster, label: string): Roster => ({
	...roster,
	live: without(roster.live, label),
	dialling: without(roster.dialling, label),
	cooling: without(roster.cooling, label),
	moving: without(roster.moving, label),
});

/** A live group's server wants to be left: the group plays on until another one does. */
export const withdrawn = (roster: Roster, label: string): Roster =>
	roster.live.includes(label) ? { ...roster, moving: [...without(roster.moving, label), label] } : roster;

/** Which groups have the stream changed. */
export const offered = (roster: Roster, available: readonly GroupPlace[]): Roster => ({ ...roster, available });

/** A group is put on air though others answered before it. */
export const preferred = (roster: Roster, label: string): Roster =>
	roster.live.includes(label) ? { ...roster, live: [label, ...without(roster.live, label)] } : roster;

const tierOf = ({ available }: Roster, label: string): number =>
	available.find((place) => place.label === label)?.tier ?? Number.POSITIVE_INFINITY;

const nearestOf = (roster: Roster, groups: readonly string[]): number =>
	Math.min(...groups.map((label) => tierOf(roster, label)));

/** Live groups that may stay: their server offers the stream and does not want to be left. */
const staying = ({ live, moving, available }: Roster): string[] =>
	live.filter((label) => !moving.includes(label) && labels(available).includes(label));

/**
 * Groups to ask so that one is on air and `standby` play along: those lost longest ago first, and all from the nearest tier
 * that has any; a farther tier is a refuge. `hurry` more are asked, whatever their tier, while nobody answers.
 */
export function toAsk(roster: Roster, standby: number, hurry: number): string[] {
	const engaged = [...staying(roster), ...roster.dialling];
	const busy = [...roster.live, ...roster.dialling, ...roster.cooling];
	const order = ({ label, tier }: GroupPlace): number => tier * 1e6 + roster.lost.indexOf(label) + 1;
	const free = labels(
		roster.available.filter(({ label }) => !busy.includes(label)).sort((a, b) => order(a) - order(b)),
	);
	const nearest = nearestOf(roster, [...engaged, ...free]);
	const isNear = (label: string): boolean => hurry > 0 || tierOf(roster, label) === nearest;
	const vacancies = 1 + standby + hurry - engaged.filter(isNear).length;
	return free.filter(isNear).slice(0, Math.max(vacancies, 0));
}

/** Groups to send to rest once somebody else is live: those to be left, those of a farther tier, standbys beyond their number. */
export function toRest(roster: Roster, standby: number): string[] {
	const fit = staying(roster);
	const nearest = nearestOf(roster, fit);
	const kept = fit.filter((label) => tierOf(roster, label) === nearest).slice(0, 1 + standby);
	return kept.length === 0 ? [] : roster.live.filter((label) => !kept.includes(label));
}

/** The group that should be on air again: it stands before the one that is, and plays well. */
export function better(roster: Roster): string | undefined {
	const now = onAir(roster);
	const rank = (label: string): number => roster.available.findIndex((place) => place.label === label);
	const first = roster.live.filter((label) => rank(label) >= 0).sort((a, b) => rank(a) - rank(b))[0];
	return now !== undefined && first !== undefined && rank(first) < rank(now) ? first : undefined;
}
