import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { View } from "../../cli/status/view.ts";
import { isEvent, millrace, startLab } from "../support/lab.ts";
import { TestViewer } from "../support/rtmp-peer.ts";

const CLIP = "cli/demo/demo.flv";
/** Loopback without the control plane: what a node needs to start alone. */
const ALONE = {
	...{ MILLRACE_NATS: "false", MILLRACE_RTMP_HOST: "127.0.0.1", MILLRACE_HTTP_HOST: "127.0.0.1" },
	...{ MILLRACE_RTMP_PORT: "0", MILLRACE_HTTP_PORT: "0" },
};
/** One line, and no trace of ours. */
const ONE_SENTENCE = /^[^\n]+\n$/;

function temporaryFile(name: string, content: string): string {
	const folder = mkdtempSync(join(tmpdir(), "millrace-test-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const path = join(folder, name);
	writeFileSync(path, content);
	return path;
}

/** A port that is listened on until this is disposed of. */
async function takePort(): Promise<AsyncDisposable & { port: number }> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		port,
		[Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
	};
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

test.concurrent.for([
	{ line: "--help", words: ["origin", "intermediate", "edge", "lab", "publish", "probe", "status"] },
	{ line: "origin --help", words: ["--config", "publish.graceMs", "MILLRACE_PUBLISH_GRACE_MS"] },
	{ line: "intermediate --help", words: ["--config", "upstreams", "MILLRACE_NODE_ID"] },
	{ line: "edge --help", words: ["--config", "viewers.delayMs", "MILLRACE_VIEWERS_DELAY_MS"] },
	{
		line: "lab --help",
		words: ["--origins", "--edges", "--no-demo", "--json", "--overlay", "--no-restart", "millrace/lab"],
	},
	{ line: "publish --help", words: ["--loop", "--seconds", "--start-at"] },
	{ line: "probe --help", words: ["--seconds", "--source", "--json"] },
	{ line: "status --help", words: ["--nats", "--cluster", "--json"] },
])("millrace $line tells what there is", async ({ line, words }) => {
	const { code, stdout, stderr } = await millrace(line.split(" "));
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	for (const word of words) expect(stdout).toContain(word);
});

test("millrace --version prints the version", async () => {
	expect(await millrace(["--version"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

test.concurrent.for([
	{ line: "prob", words: "probe" },
	{ line: `publish ${CLIP} rtmp://127.0.0.1:1/live/a --lop`, words: "--loop" },
	{ line: `publish ${CLIP}`, words: "url" },
	{ line: `publish ${CLIP} rtmp://127.0.0.1:1/live`, words: "rtmp://127.0.0.1:1/live" },
	{ line: "publish nothing.flv rtmp://127.0.0.1:1/live/a", words: "nothing.flv" },
	{ line: "publish package.json rtmp://127.0.0.1:1/live/a", words: "package.json" },
	{ line: "probe rtmp://127.0.0.1:1/live/a --seconds soon", words: "soon" },
	{ line: "probe ftp://127.0.0.1/live/a", words: "ftp://127.0.0.1/live/a" },
	{ line: "lab --edges 1000", words: "1000" },
	{ line: "lab --overlay nothing.yaml", words: "nothing.yaml" },
	{ line: "status --nats http://127.0.0.1", words: "http://127.0.0.1" },
	{ line: "edge --config nothing.yaml", words: "nothing.yaml" },
])("millrace $line is wrong usage", async ({ line, words }) => {
	const { code, stdout, stderr } = await millrace(line.split(" "));
	expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
	expect(stderr).toMatch(ONE_SENTENCE);
	expect(stderr).toContain(words);
});

test.concurrent.for([
	{ line: "probe rtmp://127.0.0.1:1/live/a", words: "connection refused" },
	{ line: "probe http://127.0.0.1:1/live/a.flv", words: "connection refused" },
	{ line: `publish ${CLIP} rtmp://127.0.0.1:1/live/a`, words: "connection refused" },
	{ line: "status --nats nats://127.0.0.1:1", words: "cannot be reached" },
])("millrace $line finds nobody", async ({ line, words }) => {
	const { code, stdout, stderr } = await millrace(line.split(" "));
	expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
	expect(stderr).toMatch(ONE_SENTENCE);
	expect(stderr).toContain(words);
});

test("a wrong value in the configuration is named, with what is wanted", async () => {
	const file = temporaryFile("edge.yaml", "idleMs: soon\n");
	const { code, stderr } = await millrace(["edge", "--config", file], ALONE);
	expect(code).toBe(2);
	expect(stderr).toMatch(ONE_SENTENCE);
	for (const word of ["idleMs", "soon", "milliseconds"]) expect(stderr).toContain(word);
});

test.concurrent.for(["MILLRACE_RTMP_PORT", "MILLRACE_HTTP_PORT"])("a taken port of %s is named", async (variable) => {
	await using taken = await takePort();
	const { code, stderr } = await millrace(["origin"], {
		...ALONE,
		MILLRACE_LOG_LEVEL: "silent",
		[variable]: `${taken.port}`,
	});
	expect(code).toBe(1);
	expect(stderr).toMatch(ONE_SENTENCE);
	expect(stderr).toContain(`127.0.0.1:${taken.port}`);
});

test("a wrong overlay is told about before anything starts", async () => {
	const overlay = temporaryFile("overlay.yaml", "edge: {idleMs: soon}\n");
	const { code, stdout, stderr } = await millrace(["lab", "--json", "--overlay", overlay]);
	expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
	expect(stderr).toContain("idleMs");
});

test("a lab plays its demo at an edge, without a frame lost, and shows itself", async () => {
	await using lab = await startLab(["--intermediates", "1", "--edges", "1"]);
	const { url } = await lab.event(isEvent("playing"));
	expect(url).toBe(`${lab.node("edge1").rtmp}/live/demo`);

	const overHttp = `${lab.node("edge1").http}/live/demo.flv`;
	const probes = [url, overHttp].map((each) => millrace(["probe", each, "--seconds", "3", "--source", CLIP, "--json"]));
	for (const { code, stdout } of await Promise.all(probes)) {
		expect(code).toBe(0);
		const whole = {
			lost: 0,
			dup: 0,
			back: 0,
			unknown: 0,
			headers: 2,
			codecs: expect.arrayContaining(["avc1", "mp4a"]),
		};
		expect(JSON.parse(stdout)).toMatchObject(whole);
		expect(JSON.parse(stdout).frames).toBeGreaterThan(100);
	}

	const missing = await millrace(["probe", `${lab.node("edge1").rtmp}/live/nobody`]);
	expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining("not found") });

	using viewer = new TestViewer(url);
	await expect.poll(() => viewer.packets.length).toBeGreaterThan(0);
	const status = await millrace(["status", "--nats", lab.nats, "--json"]);
	const { nodes, streams } = JSON.parse(status.stdout) as View;
	expect(nodes.map(({ id, streams: carried, viewers }) => [id, carried, viewers])).toEqual([
		...[
			["origin1", 1, 0],
			["origin2", 1, 0],
			["intermediate1", 1, 0],
			["edge1", 1, 1],
		],
	]);
	const { origin1, intermediate1, edge1 } = Object.fromEntries(streams[0]?.nodes.map((at) => [at.id, at]) ?? []);
	expect(streams.map(({ key }) => key)).toEqual(["live/demo"]);
	expect(origin1).toMatchObject({ hops: ["origin1"], upstream: null });
	expect(intermediate1).toMatchObject({ upstream: expect.stringMatching(/^origin[12]$/), readers: 1 });
	expect(edge1).toMatchObject({ upstream: "intermediate1", standby: expect.any(Array), readers: 1 });

	expect(await lab.stop("SIGINT")).toEqual({ code: 0, signal: null });
	const { logs } = await lab.event(isEvent("ready"));
	await expect.poll(() => lab.events.at(-1)).toEqual({ event: "over", logs });
	for (const id of ["edge1", "nats", "demo"]) expect(readFileSync(join(logs, `${id}.log`), "utf8")).not.toBe("");
});

test("a lab starts again what dies, on the same ports, and leaves no process", async () => {
	await using lab = await startLab(["--origins", "1", "--intermediates", "0", "--edges", "1", "--no-demo"]);
	const edge = lab.node("edge1");
	process.kill(edge.pid, "SIGKILL");
	process.kill(lab.natsPid, "SIGKILL");
	expect(await lab.event(isEvent("exit", "edge1"))).toMatchObject({ pid: edge.pid, code: null, signal: "SIGKILL" });
	const edgeBack = await lab.event(isEvent("restart", "edge1"));
	const natsBack = await lab.event(isEvent("restart", "nats"));
	await expect.poll(async () => (await fetch(`${edge.http}/readyz`)).status, { timeout: 10_000 }).toBe(200);

	const pids = [lab.node("origin1").pid, edgeBack.pid, natsBack.pid];
	expect(pids.map(isAlive)).toEqual([true, true, true]);
	await lab.stop("SIGTERM");
	expect(pids.map(isAlive)).toEqual([false, false, false]);
});

test("a node of a lab that is told to drain goes, and comes back", async () => {
	await using lab = await startLab(["--no-demo", "--origins", "1", "--intermediates", "1", "--edges", "1"]);
	const { code, stderr } = await millrace(["drain", "intermediate1", "--nats", lab.nats]);
	expect([code, stderr]).toEqual([0, "intermediate1 drains …\nintermediate1 is gone\n"]);
	await lab.event(isEvent("restart", "intermediate1"));
	const unknown = await millrace(["drain", "nobody", "--nats", lab.nats]);
	expect([unknown.code, unknown.stderr]).toEqual([1, "there is no node nobody; millrace status lists the nodes\n"]);
});

test("a lab that is killed takes its processes along and leaves its logs", async () => {
	await using lab = await startLab(["--origins", "1", "--intermediates", "0", "--edges", "1"]);
	const pids = [...lab.nodes.map(({ pid }) => pid), lab.natsPid];
	const { logs } = await lab.event(isEvent("ready"));
	await lab.stop("SIGKILL");
	await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([]);
	expect(readFileSync(join(logs, "edge1.log"), "utf8")).toContain("listening");
});
