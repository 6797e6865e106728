import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { ownModule } from "../project.ts";
import { Child, cleanEnvironment } from "./child.ts";
import { environmentOf, type PlannedNode, type Ports } from "./plan.ts";
import { Supervised } from "./supervised.ts";
import type { Surroundings } from "./surroundings.ts";

const readyMessage = z.object({ event: z.literal("ready"), rtmp: z.url(), http: z.url() });

const portOf = (url: string): number => Number(new URL(url).port);

/** One service of the lab, on the same ports after a restart. */
export class ServiceProcess {
	readonly node: PlannedNode;
	readonly process: Supervised;
	#ports: Ports = { rtmp: 0, http: 0 };

	/** Writes the service's configuration file. */
	constructor(node: PlannedNode, nats: string, { clock, folder, restarts, chronicle, logTo }: Surroundings) {
		this.node = node;
		const { id, role } = node;
		const config = join(folder, `${id}.yaml`);
		writeFileSync(config, stringify(node.settings));
		this.process = new Supervised({
			id,
			clock,
			restarts,
			chronicle,
			launch: () =>
				new Child({
					args: [...ownModule("main"), role, "--config", config],
					env: { ...cleanEnvironment(), ...environmentOf(node, nats, this.#ports) },
					logFile: join(folder, `${id}.log`),
					onLine: logTo(id),
				}),
			ready: async (child) => {
				const { rtmp, http } = readyMessage.parse(await child.firstMessage);
				this.#ports = { rtmp: portOf(rtmp), http: portOf(http) };
				return child.pid;
			},
		});
	}

	/** Known once it was started. */
	get rtmp(): string {
		return `rtmp://127.0.0.1:${this.#ports.rtmp}`;
	}

	/** Known once it was started. */
	get http(): string {
		return `http://127.0.0.1:${this.#ports.http}`;
	}
}
