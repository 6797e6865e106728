import { z } from "zod";
import { Child, type ChildOptions, ownProgram } from "./child.ts";
import type { Running } from "./restartable.ts";

/** Where a node listens, as its neighbours and viewers dial it. */
export type Listening = z.output<typeof readyMessage>;

const readyMessage = z.object({ event: z.literal("ready"), rtmp: z.url(), http: z.url(), admin: z.url() });

/** A node under way, whatever it runs in. */
export interface RunningNode extends Running {
	/** Resolves once it listens, with where it does now. Throws StartError where it ends before. */
	listening(): Promise<Listening>;
}

/** Starts nodes: the one thing that differs between processes, network namespaces and containers. */
export type Launcher<R extends RunningNode = RunningNode> = (options: ChildOptions) => R;

/** A node as a process. */
export class NodeProcess extends Child implements RunningNode {
	readonly #listening: Promise<Listening>;

	constructor(options: ChildOptions) {
		super(options);
		this.#listening = this.message().then((message) => readyMessage.parse(message));
		// It is for those who wait for it, and no mistake where nobody does.
		this.#listening.catch(() => {});
	}

	listening(): Promise<Listening> {
		return this.#listening;
	}
}

/** Processes of this machine; `inside` is a command in front that enters their place, such as a network namespace. */
export const processes =
	(program: readonly string[] = ownProgram(), inside: readonly string[] = []): Launcher<NodeProcess> =>
	(options) =>
		new NodeProcess({ command: [...inside, ...program], ...options });
