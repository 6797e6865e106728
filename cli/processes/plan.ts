import type { Role } from "#shared/base/config";
import { merge, type Overlay, type Settings } from "./overlay.ts";

/** How many nodes of each tier. */
export type Counts = { readonly origins: number; readonly intermediates: number; readonly edges: number };

/** A node the lab will run, before its ports are known. */
export type PlannedNode = {
	readonly id: string;
	readonly role: Role;
	/** Content of its configuration file. */
	readonly settings: Settings;
};

/** The nodes of a lab, from the top down: each origin and intermediate is a server group of its own. */
export function planNodes(counts: Counts, overlay: Overlay = new Map()): PlannedNode[] {
	const tiers: [Role, number][] = [
		["origin", counts.origins],
		["intermediate", counts.intermediates],
		["edge", counts.edges],
	];
	return tiers.flatMap(([role, count]) =>
		Array.from({ length: count }, (_, index): PlannedNode => {
			const id = `${role}${index + 1}`;
			const group = role === "edge" ? id : `server${index + 1}`;
			const layers = ["all", role, id].map((name) => overlay.get(name) ?? {});
			return { id, role, settings: layers.reduce(merge, { node: { group } }) };
		}),
	);
}

/** What an overlay may be about. */
export const overlayNames = (counts: Counts): string[] => [
	"all",
	"origin",
	"intermediate",
	"edge",
	...planNodes(counts).map(({ id }) => id),
];

/** What is decided about a node whatever an overlay says: all of it stays on this machine. */
export const environmentOf = ({ id, settings }: PlannedNode, nats: string): Record<string, string> => ({
	MILLRACE_NODE_ID: id,
	MILLRACE_NATS: nats,
	MILLRACE_RTMP_HOST: "127.0.0.1",
	MILLRACE_HTTP_HOST: "127.0.0.1",
	...(settings["admin"] !== undefined && { MILLRACE_ADMIN_HOST: "127.0.0.1" }),
});
