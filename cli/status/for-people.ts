import { table } from "../terminal.ts";
import type { StreamAt, View } from "./view.ts";

/** What is not known, or not there. */
const NONE = "-";

/** Two tables, and who did not answer. */
export function viewForPeople({ nodes, streams }: View): string {
	if (nodes.length === 0) return "no nodes";
	const silent = nodes.filter(({ streams: carried }) => carried === null).map(({ id }) => id);
	const nodeRows = nodes.map(({ id, role, group, rank, state, streams: carried, viewers, rtmp, http, version }) => {
		return [id, role, `${group} ${rank}`, state, `${carried ?? NONE}`, `${viewers ?? NONE}`, rtmp, http, version];
	});
	const head = ["node", "role", "group", "state", "streams", "viewers", "rtmp", "http", "version"];
	const streamRows = streams.flatMap(({ key, nodes: places, codecs, since }) =>
		places.map((at, row) => {
			const about = row === 0 ? [key, codecs.join(" ") || NONE, since ?? NONE] : ["", "", ""];
			return [...about, at.id, ...wayOf(at, silent.includes(at.id))];
		}),
	);
	const streamHead = ["stream", "codecs", "since", "at", "upstream", "standby", "readers"];
	return [
		table(head, nodeRows),
		streams.length === 0 ? "no streams" : table(streamHead, streamRows),
		...(silent.length === 0
			? []
			: [`no answer in time: ${silent.join(", ")}; viewers and upstreams there are not known`]),
	].join("\n\n");
}

/** Where a node has a stream from, who stands by, and how many read it. */
function wayOf({ hops, upstream, standby, readers }: StreamAt, isSilent: boolean): string[] {
	if (readers === undefined) return [isSilent ? "not known" : "not pulled", NONE, isSilent ? NONE : "0"];
	// An origin is the first on the way of what is published at it.
	const without = hops?.length === 1 ? "published" : "none yet";
	return [upstream ?? without, standby?.join(" ") || NONE, `${readers}`];
}
