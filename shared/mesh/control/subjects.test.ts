import { expect, test } from "vitest";
import { isNodeId } from "#shared/base/names";
import { isClusterName, nodeIdOf, subjectsOf } from "./subjects.ts";

test("the subjects of a cluster", () => {
	const subjects = subjectsOf("studio");
	expect(subjects.alive("edge-1")).toBe("millrace.studio.node.edge-1.alive");
	expect(subjects.register("edge-1")).toBe("millrace.studio.node.edge-1.register");
	expect(subjects.addStream("edge-1")).toBe("millrace.studio.node.edge-1.addStream");
	expect(subjects.removeStream("edge-1")).toBe("millrace.studio.node.edge-1.removeStream");
	expect(subjects.report("edge-1")).toBe("millrace.studio.node.edge-1.report");
	expect(subjects.gone("edge-1")).toBe("millrace.studio.node.edge-1.gone");
	expect(subjects.everyAlive).toBe("millrace.studio.node.*.alive");
	expect(subjects.everyGone).toBe("millrace.studio.node.*.gone");
	expect(subjects.discover).toBe("millrace.studio.discover");
});

test.for([
	["edge-1", true],
	["A_b-3", true],
	["a".repeat(64), true],
	["a".repeat(65), false],
	["", false],
	["a.b", false],
	["*", false],
	[">", false],
	["ä", false],
	["a b", false],
	["a\n", false],
] as const)("%j as a name: %s", ([text, expected]) => {
	expect(isNodeId(text)).toBe(expected);
	expect(isClusterName(text)).toBe(expected);
});

test.for([
	["millrace.studio.node.edge-1.alive", "edge-1"],
	["millrace.studio.discover", undefined],
	["millrace.studio.node", undefined],
] as const)("%s speaks for %s", ([subject, id]) => expect(nodeIdOf(subject)).toBe(id));
