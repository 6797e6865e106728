import { stringify } from "yaml";
import { systemClock } from "#shared/base/clock";
import { readConfig } from "#shared/base/config";
import { readOverlay } from "../processes/overlay.ts";
import { type Counts, environmentOf, overlayNames, type PlannedNode, planNodes } from "../processes/plan.ts";
import { aborted, stopSignal } from "../stop-signal.ts";
import { parsePlayUrl } from "../stream-url.ts";
import { note } from "../terminal.ts";
import { DEMO_KEY } from "./demo-process.ts";
import { LabFolder } from "./lab-folder.ts";
import type { LabNode } from "./lab-node.ts";
import { Mesh } from "./mesh.ts";
import { type LabReport, reportAsJson, reportForPeople } from "./report.ts";
import { Supervisor } from "./supervisor.ts";
import { untilPlaying } from "./until-playing.ts";

export type LabOptions = Counts & {
	demo: boolean;
	restart: boolean;
	json?: true;
	verbose?: true;
	overlay?: string;
};

/** Runs a whole mesh on this machine until it is stopped. Throws MeshError. */
export async function lab(options: LabOptions): Promise<void> {
	const overlay = options.overlay === undefined ? undefined : readOverlay(options.overlay, overlayNames(options));
	const nodes = planNodes(options, overlay);
	for (const node of nodes) check(node, options.overlay);
	const stop = stopSignal();
	const report = options.json ? reportAsJson : reportForPeople;
	using folder = new LabFolder(systemClock);
	try {
		await run({ options, nodes, folder: folder.path, stop, report });
	} finally {
		report.over(folder.path);
	}
}

/** Checks the overlay before anything runs. Throws ConfigError. */
function check(node: PlannedNode, overlay: string | undefined): void {
	const env = environmentOf(node, "nats://127.0.0.1");
	readConfig(node.role, { env, text: stringify(node.settings), ...(overlay !== undefined && { file: overlay }) });
}

type Run = {
	options: LabOptions;
	nodes: readonly PlannedNode[];
	folder: string;
	stop: AbortSignal;
	report: LabReport;
};

async function run({ options, nodes, folder, stop, report }: Run): Promise<void> {
	await using mesh = new Mesh({
		folder,
		supervisor: new Supervisor({ clock: systemClock, restarts: options.restart, chronicle: report }),
		logTo: (id) => (options.verbose ? (text) => note(`${id.padEnd(13)} ${text}`) : undefined),
	});
	report.step("starting nats-server …");
	await mesh.startNats(stop);
	if (stop.aborted) return;
	report.step(`starting ${nodes.map(({ id }) => id).join(", ")} …`);
	await mesh.startNodes(nodes, stop);
	if (stop.aborted) return;
	report.ready(mesh, folder);
	if (options.demo) await showDemo(mesh, report, stop);
	if (stop.aborted) return;
	report.guide({ mesh, folder, watchAt: watchAt(mesh), hasDemo: options.demo });
	await aborted(stop);
	report.step("stopping …");
}

/** The node for viewers: an edge, or the lowest node. */
function watchAt({ nodes }: Mesh): LabNode {
	const node = nodes.find(({ role }) => role === "edge") ?? nodes.at(-1);
	if (!node) throw new Error("a lab has at least one origin");
	return node;
}

async function showDemo(mesh: Mesh, report: LabReport, stop: AbortSignal): Promise<void> {
	const url = `${watchAt(mesh).rtmp}/${DEMO_KEY}`;
	report.step("publishing the demo to every origin, waiting until it plays …");
	await mesh.startDemo();
	const isPlaying = await untilPlaying(parsePlayUrl(url), systemClock, stop);
	if (!stop.aborted) report.playing(url, isPlaying);
}
