import { connect } from "node:net";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { readConfig } from "#shared/base/config";
import { TestMesh } from "../support/mesh.ts";

const isClosed = (port: number): Promise<boolean> =>
	new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1").on("error", () => {});
		onTestFinished(() => void socket.destroy());
		const timer = setTimeout(() => resolve(false), 300);
		socket.on("close", () => {
			clearTimeout(timer);
			resolve(true);
		});
	});

test("a running edge takes live settings at once, and names those that need a restart", async () => {
	const log = pino({ level: "info" }, { write: () => {} });
	await using mesh = new TestMesh({ log });
	const edge = await mesh.edge("e1", { text: "waitMs: 20000" });
	const change = (text: string) => {
		const env = { MILLRACE_NODE_ID: "e1", MILLRACE_RTMP_PORT: "0", MILLRACE_HTTP_PORT: "0" };
		return edge.settings.change(readConfig("edge", { text, env }));
	};
	const port = Number(new URL(edge.rtmp).port);
	expect(await isClosed(port)).toBe(false);

	expect(change("{log: {level: debug}, waitMs: 50, limits: {handshakeMs: 100}, standby: 3, workers: 2}")).toEqual({
		live: ["log.level", "limits.handshakeMs", "waitMs", "standby"],
		restart: ["workers"],
	});
	expect(log.level).toBe("debug");
	// Within the time of the old settings neither of these would come.
	const response = await fetch(`${edge.http}/live/nobody.flv`);
	expect(response.status).toBe(404);
	expect(await isClosed(port)).toBe(true);

	change("{limits: {connections: 1, handshakeMs: 60000}}");
	expect(await isClosed(port)).toBe(true);
	change("{limits: {connections: 10, connectionsPerAddress: 1}}");
	expect(await isClosed(port)).toBe(true);
	change("{limits: {connections: 10, connectionsPerAddress: 10}}");
	expect(await isClosed(port)).toBe(false);
});
