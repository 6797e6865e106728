import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Role } from "#shared/base/config";
import type { Launcher, Listening, NodeProcess, RunningNode } from "./launcher.ts";
import { Restartable, type RestartableOptions } from "./restartable.ts";

export type MeshNodeOptions<R extends RunningNode = NodeProcess> = Pick<
	RestartableOptions<R>,
	"id" | "onExit" | "readyMs"
> & {
	readonly role: Role;
	/** Its server group. Default: its id. */
	readonly group?: string;
	/** Content of its configuration file, in YAML. */
	readonly config?: string;
	/** The folder of that file. */
	readonly folder: string;
	/** Environment variables. They override the file. */
	readonly env?: Readonly<Record<string, string>>;
	readonly launcher: Launcher<R>;
	readonly logFile?: string | undefined;
	readonly onLine?: ((line: string) => void) | undefined;
};

/** One service of a mesh, on the same ports each time it is started. */
export class MeshNode<R extends RunningNode = NodeProcess> extends Restartable<R> {
	readonly role: Role;
	readonly group: string;
	readonly #at: { listening?: Listening };

	/** Writes its configuration file. */
	constructor(options: MeshNodeOptions<R>) {
		const { id, role, group = id, config = "", folder, env = {}, launcher, onLine, logFile, onExit, readyMs } = options;
		const at: { listening?: Listening } = {};
		const file = join(folder, `${id}.yaml`);
		writeFileSync(file, config);
		super({
			id,
			launch: () =>
				launcher({ args: [role, "--config", file], env: { ...portsOf(at.listening), ...env }, logFile, onLine }),
			ready: async (program) => {
				at.listening = await program.listening();
				return program.pid;
			},
			readyMs,
			...(onExit && { onExit }),
		});
		this.role = role;
		this.group = group;
		this.#at = at;
	}

	/** `rtmp://host:port` once it was started. */
	get rtmp(): string {
		return this.#at.listening?.rtmp ?? "";
	}

	/** `http://host:port` once it was started. */
	get http(): string {
		return this.#at.listening?.http ?? "";
	}

	/** The address of /api and /metrics, after the start. */
	get admin(): string {
		return this.#at.listening?.admin ?? "";
	}

	/** Its names in the logs of its children: its id, its server group, or its address while they do not know it. */
	get names(): readonly string[] {
		const names = [this.id, this.group, `${this.role}/${this.group}`];
		return this.rtmp === "" ? names : [...names, hostOf(this.rtmp)];
	}

	/** Asks for its addresses again. A container has others after it was cut off from its network. */
	async locate(): Promise<void> {
		this.#at.listening = await this.program.listening();
	}
}

const portOf = (url = ""): string => (url === "" ? "0" : new URL(url).port);
const hostOf = (url: string): string => url.slice(url.indexOf("//") + 2);

/** A free port at the first start, then always the same one. */
const portsOf = (listening: Listening | undefined) => ({
	MILLRACE_RTMP_PORT: portOf(listening?.rtmp),
	MILLRACE_HTTP_PORT: portOf(listening?.http),
});
