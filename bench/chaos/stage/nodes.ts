import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { merge, type Overlay, type Settings } from "../../../cli/processes/overlay.ts";
import { type PlannedNode, planNodes } from "../../../cli/processes/plan.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { IDLE_MS, type StagePlan } from "./plan.ts";

/** A node that can be started: its server group, its configuration as YAML, and variables besides. */
export type PreparedNode = Pick<PlannedNode, "id" | "role"> & {
	readonly group: string;
	readonly config: string;
	readonly env: Readonly<Record<string, string>>;
};

const grouped = z.object({ node: z.object({ group: z.string() }) });

/** An edge that is told to stop lets its viewers watch on for so long. */
const EDGE_DRAIN_MS = 3_000;
/** The server group of a table: both nodes of the tier above. */
const GROUP = "server1";
const TIERS_ABOVE = { intermediate: "origin", edge: "intermediate" } as const;

/** The nodes of a stage from the top down; a `host.ini` is written to `folder`. */
export async function prepareNodes(plan: StagePlan, folder: string): Promise<PreparedNode[]> {
	// A host.ini names addresses: ports must be known before anything runs.
	const ports = plan.upstreams === "host.ini" ? await portsOfParents() : new Map<string, number>();
	for (const tier of ports.size > 0 ? Object.values(TIERS_ABOVE) : []) {
		const [primary, secondary] = [`${tier}1`, `${tier}2`].map((id) => `127.0.0.1:${ports.get(id)}`);
		writeFileSync(
			join(folder, `${tier}.ini`),
			`# label primary;secondary app\n${GROUP} ${primary};${secondary} live\n`,
		);
	}
	return planNodes({ origins: 2, intermediates: 2, edges: 2 }, overlayOf(plan, folder)).map(
		({ id, role, settings }) => {
			const port = ports.get(id);
			const env = port === undefined ? {} : { MILLRACE_RTMP_PORT: `${port}` };
			return { id, role, group: grouped.parse(settings).node.group, config: stringify(settings), env };
		},
	);
}

function overlayOf({ standby, upstreams }: StagePlan, folder: string): Overlay {
	const relays = (["intermediate", "edge"] as const).map((role): [string, Settings] => {
		const above = TIERS_ABOVE[role];
		const table =
			upstreams === "host.ini"
				? { hostIni: join(folder, `${above}.ini`) }
				: [{ label: GROUP, primary: `${above}1`, secondary: `${above}2` }];
		const known = upstreams === "discover" ? {} : { upstreams: table };
		return [upstreams === "mixed" ? `${role}2` : role, known];
	});
	const common: Settings = { standby, idleMs: IDLE_MS };
	const member: Settings = { node: { group: GROUP, rank: "secondary" } };
	const members = ["origin2", "intermediate2"].map((id): [string, Settings] => [id, member]);
	const layers: [string, Settings][] = [
		// The chronicle reads each move, also those that people are not told of.
		["all", { log: { level: "debug" } }],
		["intermediate", common],
		["edge", { ...common, drainMs: EDGE_DRAIN_MS }],
		...relays,
		...(upstreams === "group" || upstreams === "host.ini" ? members : []),
	];
	const overlay = new Map<string, Settings>();
	for (const [name, settings] of layers) overlay.set(name, merge(overlay.get(name) ?? {}, settings));
	return overlay;
}

async function portsOfParents(): Promise<Map<string, number>> {
	const ids = ["origin1", "origin2", "intermediate1", "intermediate2"];
	return new Map(await Promise.all(ids.map(async (id) => [id, await freePort()] as const)));
}
