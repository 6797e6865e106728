import { join } from "node:path";
import { Child } from "../processes/child.ts";
import { Restartable } from "../processes/restartable.ts";
import { demoClip } from "../project.ts";
import type { Surroundings } from "./surroundings.ts";

/** The name of the demo stream. */
export const DEMO_KEY = "live/demo";

/** The encoder of the lab: publishes the clip to all origins. */
export function demoProcess(origins: readonly string[], { folder, supervisor, logTo }: Surroundings): Restartable {
	const demo: Restartable = new Restartable({
		id: "demo",
		launch: () =>
			new Child({
				args: ["publish", demoClip(), ...origins.map((url) => `${url}/${DEMO_KEY}`), "--loop"],
				logFile: join(folder, "demo.log"),
				onLine: logTo("demo"),
			}),
		ready: async ({ pid }) => pid,
		onExit: (exit, wasAsked) => supervisor.onExit(demo, exit, wasAsked),
	});
	return demo;
}
