import { warmUp as passFrames } from "../support/warm-up.ts";
import { CORES, pin } from "./native.ts";
import type { Server } from "./stage.ts";

const FRAMES = 12_000;

/** Sends frames through a server, alone on its core, until its code is compiled. */
export async function warmUp(server: Server, ended: AbortSignal): Promise<void> {
	await pin(server.pid, CORES.server);
	await passFrames(server, FRAMES, ended);
	await pin(server.pid, CORES.load);
}
