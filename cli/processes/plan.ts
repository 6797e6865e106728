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

/** The nodes of a lab, from the top down. Each origin and intermediate has its own server group. */
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

/** The names that an overlay may use. */
export const overlayNames = (counts: Counts): string[] => [
	"all",
	"origin",
	"intermediate",
	"edge",
	...planNodes(counts).map(({ id }) => id),
];

/** The variables of a node that no overlay changes. They keep everything on this machine. */
export const environmentOf = ({ id, settings }: PlannedNode, nats: string): Record<string, string> => ({
	MILLRACE_NODE_ID: id,
	MILLRACE_NATS: nats,
	MILLRACE_RTMP_HOST: "127.0.0.1",
	MILLRACE_HTTP_HOST: "127.0.0.1",
	...(settings["admin"] !== undefined && { MILLRACE_ADMIN_HOST: "127.0.0.1" }),
});
