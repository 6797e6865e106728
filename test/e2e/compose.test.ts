import { expect, onTestFinished, type TestContext, test } from "vitest";
import { ComposeProject, docker, whyNoEngine } from "../support/containers/compose.ts";
import { freePorts } from "../support/free-port.ts";
import { millrace } from "../support/lab.ts";
import { readmeRecipe, substitute } from "../support/readme.ts";

/** The first build installs packages; all others are a matter of seconds. */
const WITHIN_MS = 600_000;
const CLIP = "cli/demo/demo.flv";

type Node = { id: string; role: string; state: string };

/** What a viewer got of the stream, once there is one: the encoder joins when both origins are healthy. */
async function watched(url: string): Promise<{ end?: string }> {
	let report: { end?: string } = {};
	const watch = async (): Promise<string | undefined> => {
		const { stdout } = await millrace(["probe", url, "--seconds", "2", "--source", CLIP, "--json"]);
		report = JSON.parse(stdout) as { end?: string };
		return report.end;
	};
	await expect.poll(watch, { timeout: 30_000 }).toBe("done");
	return report;
}

/** A mesh in containers, for the length of a test. */
async function composeUp(
	skip: TestContext["skip"],
	env: Readonly<Record<string, string>> = {},
): Promise<ComposeProject> {
	const absence = await whyNoEngine();
	if (absence !== undefined) {
		process.stderr.write(`docker compose was not tried: ${absence}\n`);
		skip(absence);
	}
	const project = new ComposeProject("test", env);
	onTestFinished(() => project[Symbol.asyncDispose]());
	expect(await project.compose(["config", "--quiet"])).toBe("");
	await project.build();
	await project.compose(["up", "--detach"]);
	return project;
}

test("docker compose up gives a mesh that plays, scales and drains", { timeout: WITHIN_MS }, async ({ skip }) => {
	const project = await composeUp(skip);

	const [fixed = ""] = await project.containers("edge-a");
	const [scaled = ""] = await project.containers("edge");
	const flawless = { lost: 0, dup: 0, back: 0, end: "done" };
	const rtmp = `rtmp://${await project.address(scaled, 1935)}/live/demo`;
	const http = `http://${await project.address(fixed, 8080)}/live/demo.flv`;
	for (const report of await Promise.all([rtmp, http].map(watched))) expect(report).toMatchObject(flawless);

	await project.compose(["up", "--detach", "--wait", "--no-recreate", "--scale", "edge=3", "edge"]);
	const nodes = async (): Promise<Node[]> => {
		const status = ["exec", "-T", "origin-a", "millrace", "status", "--json"];
		return (JSON.parse(await project.compose(status)) as { nodes: Node[] }).nodes;
	};
	const ids = (await project.containers("edge")).map((id) => `edge-${id.slice(0, 12)}`);
	expect(ids).toHaveLength(3);
	expect((await nodes()).map(({ id, state }) => `${id} ${state}`).sort()).toEqual(
		["origin-a", "origin-b", "intermediate-a", "intermediate-b", ...ids, "edge-a"].sort().map((id) => `${id} live`),
	);

	await docker(["stop", scaled]);
	expect(await docker(["inspect", "--format", "{{.State.ExitCode}}", scaled])).toBe("0");
	expect((await nodes()).map(({ id }) => id)).not.toContain(`edge-${scaled.slice(0, 12)}`);
});

/** README's line that scales, for so many edges. */
function scaleTo(edges: number): string {
	const recipe = "--scale edge=5";
	const [line = ""] = readmeRecipe(recipe)
		.split("\n")
		.filter((text) => text.includes(recipe));
	return substitute(line, { [recipe]: `--wait --scale edge=${edges}` });
}

test("README's upgrade follows its scaling, and stops before an edge goes where no port is free for the next", {
	timeout: WITHIN_MS,
}, async ({ skip }) => {
	const [rtmp, http] = [await freePorts(3), await freePorts(3)];
	const project = await composeUp(skip, { EDGE_RTMP_PORTS: rtmp, EDGE_HTTP_PORTS: http });
	const edges = async (): Promise<string[]> => (await project.compose(["ps", "-q", "edge"])).split("\n").sort();
	const upgrade = readmeRecipe("docker compose build && (");

	await project.recipe(scaleTo(2));
	const old = await edges();
	expect(old).toHaveLength(2);
	await project.recipe(upgrade, 1);
	const upgraded = await edges();
	expect(upgraded).toHaveLength(2);
	expect(upgraded.filter((id) => old.includes(id))).toEqual([]);

	// All ports of the ranges are taken.
	await project.recipe(scaleTo(3));
	const full = await edges();
	expect(full).toHaveLength(3);
	await expect(project.recipe(upgrade, 1)).rejects.toThrow("all ports are allocated");
	expect(await edges()).toEqual(full);

	await project.recipe(scaleTo(2));
	await project.recipe(upgrade, 1);
	expect(await edges()).toHaveLength(2);
});
