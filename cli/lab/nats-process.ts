import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { z } from "zod";
import { StartError } from "#shared/base/errors";
import { Child, ownProgram } from "../processes/child.ts";
import { Restartable } from "../processes/restartable.ts";
import type { Surroundings } from "./surroundings.ts";

/** Debian installs servers in a folder that is not in a plain user's PATH. Homebrew has its own folder. */
const MORE_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"];
/** For nats-server this means any free port. */
const ANY_PORT = -1;

const readyMessage = z.object({ event: z.literal("ready"), port: z.number(), pid: z.number() });

/** The path of the program. Throws StartError that says how to install it. */
export function findNatsServer(path = process.env["PATH"] ?? ""): string {
	for (const folder of [...path.split(delimiter).filter(Boolean), ...MORE_FOLDERS]) {
		const program = join(folder, "nats-server");
		try {
			accessSync(program, constants.X_OK);
			return program;
		} catch {
			// It is not in this folder.
		}
	}
	const how = process.platform === "darwin" ? "brew install nats-server" : "apt-get install nats-server";
	throw new StartError(`nats-server is missing: install it with \`${how}\` or from https://nats.io/download`);
}

/** A nats-server of the lab's own, on the same port after a restart. */
export class NatsProcess {
	readonly process: Restartable;
	#port = ANY_PORT;

	constructor({ folder, supervisor, logTo }: Surroundings) {
		const program = findNatsServer();
		this.process = new Restartable({
			id: "nats",
			launch: () =>
				new Child({
					command: ownProgram("lab/nats-keeper"),
					args: [program, `${this.#port}`],
					logFile: join(folder, "nats.log"),
					onLine: logTo("nats"),
				}),
			ready: async (child) => {
				const { port, pid } = readyMessage.parse(await child.message());
				this.#port = port;
				return pid;
			},
			onExit: (exit, wasAsked) => supervisor.onExit(this.process, exit, wasAsked),
		});
	}

	/** Known after the first start. */
	get url(): string {
		return `nats://127.0.0.1:${this.#port}`;
	}
}
