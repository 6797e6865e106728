import { once } from "node:events";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Cluster, type ClusterNode } from "../support/cluster.ts";
import { metric } from "../support/metrics.ts";

async function startEdge(level: "info" | "debug"): Promise<ClusterNode> {
	const cluster = await Cluster.start();
	onTestFinished(() => cluster[Symbol.asyncDispose]());
	return await cluster.node("edge", "e1", `{log: {pretty: false, level: ${level}}}`);
}

type Line = {
	msg: string;
	time: number;
	leftOut?: number;
	outcome?: string;
	origin?: string;
	err?: { message: string };
};

const linesOf = ({ program }: ClusterNode, msg: string): Line[] =>
	program.output
		.split("\n")
		.filter((line) => line.startsWith("{") && line.endsWith("}"))
		.map((line) => JSON.parse(line) as Line)
		.filter((line) => line.msg === msg);

test("a server whose log nobody reads serves on, and ends when told to", async () => {
	const { http, rtmp, program } = await startEdge("debug");
	const { process: child } = program;
	child.stderr?.pause();
	onTestFinished(() => void child.stderr?.resume());

	// A line for each of them, several times what a pipe holds.
	const [rounds, atOnce] = [30, 50];
	for (let round = 0; round < rounds; round++) {
		await Promise.all(
			Array.from({ length: atOnce }, async () => {
				const client = connect(Number(new URL(rtmp).port), "127.0.0.1");
				await once(client, "connect");
				client.destroy();
			}),
		);
	}
	await expect.poll(() => metric(http, "millrace_connections")).toBe(0);

	program.signal("SIGTERM");
	expect(await once(child, "exit")).toEqual([0, null]);
});

test("peers that misbehave by the thousand cost a line a second, which tells how many they were", async () => {
	const edge = await startEdge("info");
	const total = 500;
	for (let done = 0; done < total; done += 50) {
		await Promise.all(
			Array.from({ length: 50 }, async () => {
				const response = await fetch(`${edge.http}/live/${"%20".repeat(30)}.flv`);
				expect(response.status).toBe(404);
				await response.arrayBuffer();
			}),
		);
	}
	expect(await metric(edge.http, "millrace_plays_total", { outcome: "bad-name" })).toBe(total);
	const told = () => linesOf(edge, "play refused");
	const toldOf = () => told().reduce((sum, { leftOut = 0 }) => sum + 1 + leftOut, 0);
	await expect.poll(toldOf).toBe(total);
	const times = told().map(({ time }) => time);
	// Timers and the clock of the log round differently.
	for (const [index, time] of times.slice(1).entries()) expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(990);
});

test.for([
	["thrown", "uncaughtException", "setTimeout(() => { throw new Error('a mistake'); }, 50)"],
	["rejected", "unhandledRejection", "setTimeout(() => { Promise.reject(new Error('a mistake')); }, 50)"],
] as const)(
	"an error that is %s and nobody catches ends the process, after a line that says so",
	async ([, origin, code]) => {
		const cluster = await Cluster.start();
		onTestFinished(() => cluster[Symbol.asyncDispose]());
		const mistake = `data:text/javascript,${encodeURIComponent(`process.once('SIGUSR2', () => { ${code}; })`)}`;
		const edge = await cluster.node("edge", "e1", "{log: {pretty: false}}", { flags: ["--import", mistake] });
		edge.program.signal("SIGUSR2");
		expect(await edge.program.exited).toEqual({ code: 1, signal: null });
		const [line, ...more] = linesOf(edge, "this process ends by an error that nobody caught");
		expect(line).toMatchObject({ origin, err: { message: "a mistake" } });
		expect(more).toEqual([]);
	},
);

test("at the limit of open files connections are refused and counted, and those inside stay", async () => {
	const cluster = await Cluster.start();
	onTestFinished(() => cluster[Symbol.asyncDispose]());
	// Node opens more than a hundred of our own files at once when it starts.
	const openFiles = 250;
	const edge = await cluster.node("edge", "e1", "{log: {pretty: false}}", { openFiles });
	expect(linesOf(edge, "listening")).toHaveLength(1);
	expect(edge.program.output).toContain("the limit of open files is lower than limits.connections needs");
	const port = Number(new URL(edge.rtmp).port);
	const clients = Array.from({ length: openFiles + 50 }, () => connect(port, "127.0.0.1").on("error", () => {}));
	onTestFinished(() => {
		for (const client of clients) client.destroy();
	});
	const refused = () => linesOf(edge, "connection refused").reduce((sum, { leftOut = 0 }) => sum + 1 + leftOut, 0);
	const closed = () => clients.filter((client) => client.closed).length;
	await expect.poll(closed).toBeGreaterThan(50);
	// More may be closed yet, and the last line waits for its second.
	await expect.poll(() => refused() - closed()).toBe(0);
	for (const client of clients) client.destroy();
	const total = () => metric(edge.http, "millrace_connections_refused_total", { reason: "open-files" });
	await expect.poll(total).toBeGreaterThanOrEqual(refused());
});
