import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { StartError } from "#shared/base/errors";
import { root } from "../../../cli/project.ts";

/** An engine that is there answers at once. */
const ANSWER_WITHIN = 10_000;
/** Logs of a start that failed. */
const MAX_OUTPUT = 16 * 1024 * 1024;
/** Whatever free port there is, so that several projects run beside each other. */
const ANY_PORTS = {
	...{ ORIGIN_A_RTMP_PORT: "", ORIGIN_B_RTMP_PORT: "" },
	...{ EDGE_A_RTMP_PORT: "", EDGE_A_HTTP_PORT: "", EDGE_RTMP_PORTS: "", EDGE_HTTP_PORTS: "" },
};

/** Runs `docker`; what it printed. Throws StartError with its words where it fails. */
export async function docker(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
	return await run("docker", args, env);
}

async function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
	try {
		const { stdout } = await promisify(execFile)(program, args, {
			cwd: root(),
			env: { ...process.env, ...env },
			maxBuffer: MAX_OUTPUT,
		});
		return stdout.trim();
	} catch (error) {
		const words = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
		throw new StartError(`${program} ${args.join(" ")}: ${words || String(error)}`, { cause: error });
	}
}

/** Why containers cannot be run here, in one line; undefined where they can. */
export async function whyNoEngine(): Promise<string | undefined> {
	try {
		await promisify(execFile)("docker", ["info"], { timeout: ANSWER_WITHIN });
		await promisify(execFile)("docker", ["compose", "version"], { timeout: ANSWER_WITHIN });
		return undefined;
	} catch {
		return "no Docker engine with Compose answers here";
	}
}

/** The project's docker-compose.yml under a name of its own. Disposing takes down all of it, the image included. */
export class ComposeProject implements AsyncDisposable {
	readonly name: string;
	readonly image: string;
	readonly #env: NodeJS.ProcessEnv;
	readonly #formerImages: string[] = [];
	#isBuilt = false;

	/** `env` sets variables of the file; what this machine's `.env` says does not count. */
	constructor(purpose: string, env: Readonly<Record<string, string>> = {}) {
		this.name = `millrace-${purpose}-${randomBytes(4).toString("hex")}`;
		this.image = `${this.name}:local`;
		this.#env = { ...ANY_PORTS, ...env, IMAGE: this.image };
	}

	/** Runs `docker compose`, the demo included; what it printed. `env` is for this once. */
	async compose(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
		const options = ["--env-file", "/dev/null", "-p", this.name, "--profile", "demo"];
		return await docker(["compose", ...options, ...args], { ...this.#env, ...env });
	}

	/** Runs a recipe of the shell, whose `docker compose` means this project; what it printed. It builds this revision. */
	async recipe(script: string, revision = 0): Promise<string> {
		await this.#keepImage();
		const own = { COMPOSE_PROJECT_NAME: this.name, COMPOSE_PROFILES: "demo", COMPOSE_ENV_FILES: "/dev/null" };
		return await run("sh", ["-c", script], { ...this.#env, ...own, REVISION: `${revision}` });
	}

	/** Builds the image; another revision is another image. Containers go on with the one they were made of. */
	async build(revision = 0): Promise<void> {
		await this.#keepImage();
		await this.compose(["build", "--quiet"], { REVISION: `${revision}` });
		this.#isBuilt = true;
	}

	/** An image without a name would be left behind by the next one. */
	async #keepImage(): Promise<void> {
		if (!this.#isBuilt) return;
		const former = `${this.name}:${this.#formerImages.length}`;
		await docker(["tag", this.image, former]);
		this.#formerImages.push(former);
	}

	/** Ids of a service's containers, in the order of their numbers; those that do not run too. */
	async containers(service: string): Promise<string[]> {
		const label = (name: string) => `label=com.docker.compose.${name}`;
		const found = await docker([
			...["ps", "-a", "--no-trunc", "--filter", `${label("project")}=${this.name}`],
			...["--filter", `${label("service")}=${service}`, "--filter", `${label("oneoff")}=False`],
			...["--format", '{{.Label "com.docker.compose.container-number"}} {{.ID}}'],
		]);
		const rows = found.split("\n").flatMap((row) => {
			const [number, id] = row.split(" ");
			return id === undefined ? [] : [{ number: Number(number), id }];
		});
		return rows.sort((a, b) => a.number - b.number).map(({ id }) => id);
	}

	/** `host:port` where this machine reaches a container's port. It is another after each start. */
	async address(container: string, port: number): Promise<string> {
		const [first = ""] = (await docker(["port", container, `${port}/tcp`])).split("\n");
		return first;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		const down = (): Promise<string> => this.compose(["down", "--volumes", "--remove-orphans", "--timeout", "0"]);
		// A container that is being stopped or removed just now makes it fail half-way.
		await down().catch(down);
		await docker(["image", "rm", "--force", this.image, ...this.#formerImages]).catch(() => {});
	}
}
