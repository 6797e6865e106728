import { expect, onTestFinished, test } from "vitest";
import { ComposeProject, docker, whyNoEngine } from "../support/compose.ts";
import { millrace } from "../support/lab.ts";

/** The first build installs packages; all others are a matter of seconds. */
const WITHIN_MS = 300_000;
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

test("docker compose up gives a mesh that plays, scales and drains", { timeout: WITHIN_MS }, async ({ skip }) => {
	const absence = await whyNoEngine();
	if (absence !== undefined) {
		process.stderr.write(`docker compose was not tried: ${absence}\n`);
		skip(absence);
	}
	const project = new ComposeProject("test");
	onTestFinished(() => project[Symbol.asyncDispose]());
	expect(await project.compose(["config", "--quiet"])).toBe("");
	await project.build();
	await project.compose(["up", "--detach"]);

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
