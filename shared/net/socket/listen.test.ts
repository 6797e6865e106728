import { createServer } from "node:net";
import { expect, test } from "vitest";
import { listen } from "./listen.ts";

const LOOPBACK = { host: "127.0.0.1", onFull: () => {} };

test("a port that is taken is one sentence that names it", async () => {
	const first = createServer();
	const port = await listen(first, { ...LOOPBACK, name: "rtmp", port: 0 });
	try {
		await expect(listen(createServer(), { ...LOOPBACK, name: "rtmp", port })).rejects.toThrow(
			`rtmp 127.0.0.1:${port} is taken by another program: stop it or choose another port`,
		);
	} finally {
		first.close();
	}
});

test("an address of another machine is named too", async () => {
	await expect(listen(createServer(), { ...LOOPBACK, name: "http", host: "192.0.2.1", port: 0 })).rejects.toThrow(
		"is not an address of this machine",
	);
});
