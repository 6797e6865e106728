import type { Command } from "commander";
import type { Millis } from "#shared/clock";
import { RefusedError } from "#shared/errors";
import { note } from "./terminal.ts";

/** A node drains for its `drainMs`, 8 s unless told otherwise; one that has not gone by now is looked at by a person. */
const GONE_WITHIN_MS: Millis = 60_000;
/** A node says at once that it drains. */
const BEGUN_WITHIN_MS: Millis = 3_000;

type DrainOptions = { nats: string; cluster: string };

/** Adds `millrace drain`. */
export function addDrain(program: Command): void {
	program
		.command("drain")
		.summary("stop a node without a gap for anybody")
		.description("Makes a node send its readers to other nodes and then stop; waits until it is gone.")
		.argument("<node>", "the node's id, as `millrace status` shows it")
		.option("--nats <url>", "the mesh's NATS server", "nats://127.0.0.1:4222")
		.option("--cluster <name>", "the mesh's name", "default")
		.action((node: string, options: DrainOptions) => drain(node, options));
}

async function drain(id: string, options: DrainOptions): Promise<void> {
	const { observeMesh, until } = await import("./mesh-observer.ts");
	await using directory = await observeMesh(options);
	const before = directory.node(id);
	if (!before) throw new RefusedError("no-such-node", `there is no node ${id}; millrace status shows which there are`);
	directory.askToDrain(id);
	const node = () => directory.node(id);
	const isSame = () => node()?.info.incarnation === before.info.incarnation;
	if (!(await until(directory, BEGUN_WITHIN_MS, () => !isSame() || node()?.draining === true))) {
		throw new RefusedError("not-draining", `node ${id} does not drain; its log may say why`);
	}
	note(`${id} drains …`);
	if (!(await until(directory, GONE_WITHIN_MS, () => !isSame()))) {
		throw new RefusedError("not-gone", `node ${id} still drains after ${GONE_WITHIN_MS / 1000} s`);
	}
	note(`${id} is gone`);
}
