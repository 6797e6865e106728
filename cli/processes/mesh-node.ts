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
	/** Its server group; its id where left out. */
	readonly group?: string;
	/** Content of its configuration file, in YAML. */
	readonly config?: string;
	/** Where that file goes. */
	readonly folder: string;
	/** Variables, which the file cannot overrule. */
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

	/** Where /api and /metrics are, once it was started. */
	get admin(): string {
		return this.#at.listening?.admin ?? "";
	}

	/** What its children may call it in their logs: its id, its server group, or its address where they do not know it yet. */
	get names(): readonly string[] {
		const names = [this.id, this.group, `${this.role}/${this.group}`];
		return this.rtmp === "" ? names : [...names, hostOf(this.rtmp)];
	}

	/** Asks where it listens now: a container is elsewhere after it was cut off from its network. */
	async locate(): Promise<void> {
		this.#at.listening = await this.program.listening();
	}
}

const portOf = (url = ""): string => (url === "" ? "0" : new URL(url).port);
const hostOf = (url: string): string => url.slice(url.indexOf("//") + 2);

/** A free port the first time, then the same one. */
const portsOf = (listening: Listening | undefined) => ({
	MILLRACE_RTMP_PORT: portOf(listening?.rtmp),
	MILLRACE_HTTP_PORT: portOf(listening?.http),
});
