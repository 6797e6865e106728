import { join } from "node:path";
import { demoClip, ownModule } from "../project.ts";
import { Child, cleanEnvironment } from "./child.ts";
import { Supervised } from "./supervised.ts";
import type { Surroundings } from "./surroundings.ts";

/** What the demo stream is called. */
export const DEMO_KEY = "live/demo";

/** The encoder of the lab: publishes the clip to all origins. */
export const demoProcess = (origins: readonly string[], { clock, folder, restarts, chronicle, logTo }: Surroundings) =>
	new Supervised({
		id: "demo",
		clock,
		restarts,
		chronicle,
		launch: () =>
			new Child({
				args: [...ownModule("main"), "publish", demoClip(), ...origins.map((url) => `${url}/${DEMO_KEY}`), "--loop"],
				env: cleanEnvironment(),
				logFile: join(folder, "demo.log"),
				onLine: logTo("demo"),
			}),
		ready: async (child) => child.pid,
	});
