import { isNodeId } from "#shared/base/names";

/** Whether `text` can be a cluster name. Like a node id, it is one token of a subject. */
export const isClusterName = isNodeId;

/** Every NATS subject of one cluster; `id` is a node id, already parsed. */
export type Subjects = ReturnType<typeof subjectsOf>;

/** The subjects of a cluster whose name has passed `isClusterName`. */
export function subjectsOf(cluster: string) {
	const root = `millrace.${cluster}`;
	const node = (id: string, what: string) => `${root}.node.${id}.${what}`;
	return {
		alive: (id: string) => node(id, "alive"),
		register: (id: string) => node(id, "register"),
		addStream: (id: string) => node(id, "addStream"),
		removeStream: (id: string) => node(id, "removeStream"),
		gone: (id: string) => node(id, "gone"),
		drain: (id: string) => node(id, "drain"),
		timeline: (id: string) => node(id, "timeline"),
		report: (id: string) => node(id, "report"),
		discover: `${root}.discover`,
		/** Wildcards: messages from all nodes to all nodes. */
		everyAlive: node("*", "alive"),
		everyGone: node("*", "gone"),
	} as const;
}

/** The node id in a subject of this cluster; undefined if there is none. */
export function nodeIdOf(subject: string): string | undefined {
	const [, , kind, id = ""] = subject.split(".");
	return kind === "node" && isNodeId(id) ? id : undefined;
}
