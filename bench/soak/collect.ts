import type { MeshNode } from "../../cli/processes/mesh-node.ts";

/** Loaded into a service before its own code: a signal has it collect all garbage, so that what is left is what it holds. */
const COLLECTOR = `
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
process.on("SIGUSR2", () => collect());
`;

/** Variables for a service whose garbage is to be collected on request. */
export function collectable(): Record<string, string> {
	const own = process.env["NODE_OPTIONS"] ?? "";
	return { NODE_OPTIONS: `${own} --import=data:text/javascript,${encodeURIComponent(COLLECTOR)}`.trim() };
}

/** Has a running service collect its garbage; done some time after the call. */
export const collect = ({ pid }: MeshNode): boolean => process.kill(pid, "SIGUSR2");
