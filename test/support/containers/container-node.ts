import { MeshNode } from "../../../cli/processes/mesh-node.ts";
import { inspectContainer } from "./container.ts";
import { type ContainerOptions, containers, type RunningContainer } from "./launch-container.ts";

/** A machine under load takes seconds to start a container. */
const READY_MS = 30_000;

type Options = ContainerOptions & {
	/** For files that live as long. */
	readonly folder: string;
	onLine(line: string): void;
	/** It ended, asked to or not. */
	onExit(node: ContainerNode, wasAsked: boolean): void;
};

/** A node that is a container. */
export type ContainerNode = MeshNode<RunningContainer> & { readonly container: string };

/** Takes a container that may run already, and waits until its node listens. Throws StartError. */
export async function adoptContainer(container: string, options: Options): Promise<ContainerNode> {
	const { id, role, group } = await inspectContainer(container);
	const { folder, onLine, onExit } = options;
	// Nobody reaches an intermediate from outside.
	const launcher = containers(container, { ...options, isReached: role !== "intermediate" });
	const about = { id, role, group, folder, launcher, onLine, readyMs: READY_MS };
	const node: ContainerNode = Object.assign(
		new MeshNode({ ...about, onExit: (_, wasAsked) => onExit(node, wasAsked) }),
		{ container },
	);
	await node.start();
	return node;
}
