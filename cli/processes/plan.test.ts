import { expect, test } from "vitest";
import { readConfig } from "#shared/base/config";
import { environmentOf, overlayNames, planNodes } from "./plan.ts";

const counts = { origins: 2, intermediates: 1, edges: 2 };

test("nodes go by tier and number; an origin and an intermediate of one number share their group's label", () => {
	expect(planNodes(counts).map(({ id, role, settings }) => ({ id, role, settings }))).toEqual([
		{ id: "origin1", role: "origin", settings: { node: { group: "server1" } } },
		{ id: "origin2", role: "origin", settings: { node: { group: "server2" } } },
		{ id: "intermediate1", role: "intermediate", settings: { node: { group: "server1" } } },
		{ id: "edge1", role: "edge", settings: { node: { group: "edge1" } } },
		{ id: "edge2", role: "edge", settings: { node: { group: "edge2" } } },
	]);
});

test("an overlay goes from all over the role to the node, merging maps and replacing the rest", () => {
	const overlay = new Map([
		["all", { viewers: { delayMs: 50 }, idleMs: 400, static: ["live/a"] }],
		["edge", { idleMs: 500, limits: { streams: 5 } }],
		["edge2", { limits: { evictMs: 900 }, static: ["live/b"], node: { rank: "secondary" } }],
	]);
	const [edge1, edge2] = planNodes(counts, overlay).slice(-2);
	expect(edge1?.settings).toEqual({
		node: { group: "edge1" },
		viewers: { delayMs: 50 },
		idleMs: 500,
		static: ["live/a"],
		limits: { streams: 5 },
	});
	expect(edge2?.settings).toMatchObject({
		node: { group: "edge2", rank: "secondary" },
		static: ["live/b"],
		limits: { streams: 5, evictMs: 900 },
	});
});

test("an overlay may be about all, a tier or a node", () => {
	expect(overlayNames({ origins: 1, intermediates: 0, edges: 1 })).toEqual([
		...["all", "origin", "intermediate", "edge", "origin1", "edge1"],
	]);
});

test("the services take the environment the lab gives them", () => {
	for (const node of planNodes(counts)) {
		const env = environmentOf(node, "nats://127.0.0.1:4999");
		expect(readConfig(node.role, { env, tty: false })).toMatchObject({
			node: { id: node.id },
			nats: { servers: ["nats://127.0.0.1:4999"] },
			rtmp: { host: "127.0.0.1" },
			http: { host: "127.0.0.1" },
		});
	}
});
