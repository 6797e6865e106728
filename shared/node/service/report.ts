import type { CarriedStream } from "#shared/mesh/control";
import type { Node } from "./node.ts";

/** Answers those who ask this node, over the control plane, what it carries and whom it serves. */
export function answerReports({ directory, access }: Node, source: { carried(): readonly CarriedStream[] }): void {
	directory.answerReports(() => {
		const sessions = { publish: 0, play: 0, pull: 0 };
		for (const { action, count } of access.sessions.counts()) sessions[action] += count;
		return { sessions, streams: source.carried() };
	});
}
