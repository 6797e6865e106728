import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { StartError } from "#shared/base/errors";
import { docker } from "./compose.ts";
import { type Container, inspectContainer } from "./container.ts";

const run = promisify(execFile);

/** What is cut from here: the image of a node has no tool for it, and no right to use one. */
const TOOLS = [
	["nsenter", "--version"],
	["iptables", "--version"],
	["tc", "-V"],
] as const;

/** What is missing on this machine for doing something to the network of a container; empty where nothing is. */
export async function missingForWiring(): Promise<readonly string[]> {
	const isThere = async ([tool, ...args]: (typeof TOOLS)[number]): Promise<boolean> =>
		await run(tool, args).then(
			() => true,
			() => false,
		);
	const found = await Promise.all(TOOLS.map(isThere));
	const missing: string[] = TOOLS.filter((_, place) => !found[place]).map(([tool]) => tool);
	return process.getuid?.() === 0 ? missing : ["root", ...missing];
}

/** Runs a program of this machine in the network of a container. */
const inside = async ({ id, pid }: Container, command: readonly string[]): Promise<void> => {
	try {
		await run("nsenter", ["--target", `${pid}`, "--net", ...command]);
	} catch (error) {
		throw new StartError(`${command.join(" ")} does not work in the network of ${id}`, { cause: error });
	}
};

/** One rule of a firewall, put first; what takes it away again. */
async function drop(container: Container, rule: readonly string[]): Promise<() => Promise<void>> {
	const iptables = (action: string): Promise<void> =>
		inside(container, ["iptables", "--wait", action, ...rule, "-j", "DROP"]);
	await iptables("-I");
	return () => iptables("-D");
}

type Undo = () => Promise<void>;

/** The network of a project's containers. What is done to it is undone by name, or all at once. */
export class Wiring {
	readonly #undo = new Map<string, readonly Undo[]>();

	/** All that goes to and from a container vanishes, but for what it says to itself. */
	async swallow(container: string): Promise<void> {
		const about = await inspectContainer(container);
		const rules = [
			["INPUT", "!", "-i", "lo"],
			["OUTPUT", "!", "-o", "lo"],
		];
		this.#undo.set(container, await Promise.all(rules.map((rule) => drop(about, rule))));
	}

	/** All that goes between these and those containers vanishes. */
	async part(some: readonly string[], others: readonly string[]): Promise<void> {
		const far = await Promise.all(others.map(inspectContainer));
		for (const container of some) {
			const about = await inspectContainer(container);
			const rules = far.flatMap(({ network }) =>
				network
					? [
							["INPUT", "-s", network.address],
							["OUTPUT", "-d", network.address],
						]
					: [],
			);
			this.#undo.set(container, await Promise.all(rules.map((rule) => drop(about, rule))));
		}
	}

	/** What a container sends gets through at this rate at most, such as `300kbit`; some of it waits, the rest is dropped. */
	async slow(container: string, rate: string): Promise<void> {
		const about = await inspectContainer(container);
		const shape = ["tbf", "rate", rate, "burst", "16kb", "latency", "400ms"];
		await inside(about, ["tc", "qdisc", "add", "dev", "eth0", "root", ...shape]);
		this.#undo.set(container, [() => inside(about, ["tc", "qdisc", "del", "dev", "eth0", "root"])]);
	}

	/** Takes a container out of its network altogether. */
	async unplug(container: string): Promise<void> {
		const { network } = await inspectContainer(container);
		if (!network) return;
		await docker(["network", "disconnect", network.name, container]);
		this.#undo.set(container, [async () => void (await docker(["network", "connect", network.name, container]))]);
	}

	/** Undoes what was done to a container, or parted it from others. */
	async mend(container: string): Promise<void> {
		const undo = this.#undo.get(container) ?? [];
		this.#undo.delete(container);
		await Promise.all(undo.map((step) => step()));
	}

	/** Undoes all there is. */
	async mendAll(): Promise<void> {
		await Promise.all([...this.#undo.keys()].map((container) => this.mend(container)));
	}
}
