import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { prepareNodes } from "./nodes.ts";
import { HOT, type StagePlan } from "./plan.ts";

async function prepared(upstreams: StagePlan["upstreams"]) {
	const folder = mkdtempSync(join(tmpdir(), "millrace-nodes-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	const nodes = await prepareNodes({ ...HOT, upstreams }, folder);
	const upstreamsOf = (id: string) => parse(nodes.find((node) => node.id === id)?.config ?? "").upstreams;
	return { folder, nodes, upstreamsOf };
}

const above = (tier: string) => [{ label: "server1", primary: `${tier}1`, secondary: `${tier}2` }];

test.for([
	["discover", undefined, undefined, undefined],
	["group", above("origin"), above("origin"), above("intermediate")],
	["mixed", undefined, above("origin"), above("intermediate")],
] as const)("%s", async ([upstreams, first, second, edge]) => {
	const { upstreamsOf } = await prepared(upstreams);
	expect(upstreamsOf("origin2")).toBeUndefined();
	expect(["intermediate1", "intermediate2", "edge2"].map(upstreamsOf)).toEqual([first, second, edge]);
});

test("a host.ini names the addresses at which the nodes of the tier above will listen", async () => {
	const { folder, nodes, upstreamsOf } = await prepared("host.ini");
	const [first, second] = nodes.map(({ env }) => env["MILLRACE_RTMP_PORT"]);
	expect(upstreamsOf("intermediate1")).toEqual({ hostIni: join(folder, "origin.ini") });
	expect(readFileSync(join(folder, "origin.ini"), "utf8")).toContain(
		`\nserver1 127.0.0.1:${first};127.0.0.1:${second} live\n`,
	);
});
