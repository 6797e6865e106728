import type { Server } from "./candidate.ts";
import type { ServerReport } from "./server-machine.ts";

/** Servers that failed and went away. Their failures still count when they return. No table has so many servers. */
const MAX_GONE = 64;

/**
 * `dialling`: asked to play. `trial`: media came, which may be only the server's history. `steady`: media keeps flowing.
 * `cooling`: lost, and waits before another try. `resting`: may be asked.
 */
export type ServerState = "dialling" | "trial" | "steady" | "cooling" | "resting";

/** What is known about one server. `tries` are the failed tries in a row. */
type Entry = { readonly server: Server; readonly state: ServerState; readonly tries: number };

/**
 * The servers that play a stream, and those that could, as values: nothing here acts. `offered` have the stream, in order of
 * preference. In `entries` a server that answers or is lost goes to the end. So servers that play are in the order of their answers,
 * with the first one on air, and lost servers are in the order of their loss.
 */
export type Roster = { readonly offered: readonly Server[]; readonly entries: readonly Entry[] };

/** Events that change a roster. */
export type RosterEvent =
	| ServerReport
	/** The servers that have the stream changed, or their state changed. */
	| { type: "candidates"; servers: readonly Server[] };

export const stateOf = ({ entries }: Roster, id: string): ServerState =>
	entries.find(({ server }) => server.id === id)?.state ?? "resting";

/** How often a server failed in a row. */
export const triesOf = ({ entries }: Roster, id: string): number =>
	entries.find(({ server }) => server.id === id)?.tries ?? 0;

const isLive = ({ state }: Entry): boolean => state === "trial" || state === "steady";

/** The servers that play: the one on air first, then in the order of their answers. */
export const live = ({ entries }: Roster): string[] => entries.filter(isLive).map(({ server }) => server.id);

/** The server whose frames readers get first, if any. */
export const onAir = (roster: Roster): string | undefined => live(roster)[0];

/** Applies an event. A late event of a server that was sent to rest meanwhile changes nothing. */
export function noted(roster: Roster, event: RosterEvent): Roster {
	switch (event.type) {
		case "candidates":
			return tidy({ ...roster, offered: event.servers });
		case "server.live":
			return moved(roster, event.id, ["dialling"], { state: "trial" });
		case "server.flowing":
			return changed(roster, event.id, ["trial"], { state: "steady", tries: 0 });
		case "server.lost":
			return moved(roster, event.id, ["dialling", "trial", "steady"], { state: "cooling", tries: event.tries });
		case "server.ready":
			return tidy(changed(roster, event.id, ["cooling"], { state: "resting" }));
	}
}

/** A server was asked to play. */
export function asked(roster: Roster, server: Server): Roster {
	const entry: Entry = { server, state: "dialling", tries: triesOf(roster, server.id) };
	return { ...roster, entries: [...roster.entries.filter((other) => other.server.id !== server.id), entry] };
}

/** A server that played was sent to rest. */
export const rested = (roster: Roster, id: string): Roster =>
	tidy(changed(roster, id, ["trial", "steady"], { state: "resting" }));

/** A server is put on air although others answered before it. */
export function preferred(roster: Roster, id: string): Roster {
	const isIt = ({ server }: Entry): boolean => server.id === id;
	return { ...roster, entries: [...roster.entries.filter(isIt), ...roster.entries.filter((entry) => !isIt(entry))] };
}

type Change = Partial<Pick<Entry, "state" | "tries">>;

function changed(roster: Roster, id: string, from: readonly ServerState[], change: Change): Roster {
	const apply = (entry: Entry): Entry =>
		entry.server.id === id && from.includes(entry.state) ? { ...entry, ...change } : entry;
	return { ...roster, entries: roster.entries.map(apply) };
}

/** As `changed`, and moves the entry to the end of the list. */
function moved(roster: Roster, id: string, from: readonly ServerState[], change: Change): Roster {
	if (!from.includes(stateOf(roster, id))) return roster;
	const { entries } = changed(roster, id, from, change);
	const isIt = ({ server }: Entry): boolean => server.id === id;
	return { ...roster, entries: [...entries.filter((entry) => !isIt(entry)), ...entries.filter(isIt)] };
}

/** Forgets resting servers without failures. Of the servers that no longer have the stream it keeps only the last ones. */
function tidy(roster: Roster): Roster {
	const entries = roster.entries.filter(({ state, tries }) => state !== "resting" || tries > 0);
	const isOffered = ({ server }: Entry): boolean => roster.offered.some(({ id }) => id === server.id);
	const gone = entries.filter((entry) => entry.state === "resting" && !isOffered(entry));
	const forgotten = gone.slice(0, Math.max(0, gone.length - MAX_GONE));
	return { ...roster, entries: entries.filter((entry) => !forgotten.includes(entry)) };
}
