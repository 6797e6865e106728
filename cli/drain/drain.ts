import type { Millis } from "#shared/base/clock";
import { RefusedError } from "#shared/base/errors";
import { observeMesh, until } from "../mesh-observer.ts";
import { note } from "../terminal.ts";

/** A node drains for its `drainMs`, 8 s by default. If it has not gone after this time, a person has to look at it. */
const GONE_WITHIN_MS: Millis = 60_000;
/** A node announces at once that it drains. */
const BEGUN_WITHIN_MS: Millis = 3_000;

export type DrainOptions = { nats: string; cluster: string };

/** Makes a node drain and waits until it is gone. Throws ConfigError, PeerLostError, and RefusedError if the node does not go. */
export async function drain(id: string, options: DrainOptions): Promise<void> {
	await using directory = await observeMesh(options);
	const before = directory.node(id);
	if (!before) throw new RefusedError("no-such-node", `there is no node ${id}; millrace status lists the nodes`);
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
