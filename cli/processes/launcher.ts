import { z } from "zod";
import { Child, type ChildOptions, ownProgram } from "./child.ts";
import type { Running } from "./restartable.ts";

/** The addresses at which other nodes and viewers reach a node. */
export type Listening = z.output<typeof readyMessage>;

const readyMessage = z.object({ event: z.literal("ready"), rtmp: z.url(), http: z.url(), admin: z.url() });

/** A starting or running node, wherever it runs. */
export interface RunningNode extends Running {
	/** Resolves with its addresses when it listens. Throws StartError if it ends before. */
	listening(): Promise<Listening>;
}

/** Starts nodes. Only this differs between processes, network namespaces and containers. */
export type Launcher<R extends RunningNode = RunningNode> = (options: ChildOptions) => R;

/** A node as a process. */
export class NodeProcess extends Child implements RunningNode {
	readonly #listening: Promise<Listening>;

	constructor(options: ChildOptions) {
		super(options);
		this.#listening = this.message().then((message) => readyMessage.parse(message));
		// A rejection is for callers that wait. Without one it is not an error.
		this.#listening.catch(() => {});
	}

	listening(): Promise<Listening> {
		return this.#listening;
	}
}

/** Starts nodes as processes. `inside` is a command in front of theirs that enters, for example, a network namespace. */
export const processes =
	(program: readonly string[] = ownProgram(), inside: readonly string[] = []): Launcher<NodeProcess> =>
	(options) =>
		new NodeProcess({ command: [...inside, ...program], ...options });
