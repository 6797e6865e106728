import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Wire } from "../support/wire.ts";

const MORE_THAN_THE_KERNEL_HOLDS = 64 * 1024 * 1024;

test("a server that hangs up in a black hole leaves nothing behind that keeps the wire open", async () => {
	const server = createServer();
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	const wire = await Wire.open("127.0.0.1", port);
	const [host, near] = wire.address.split(":");
	const client = connect({ host: host ?? "", port: Number(near) });
	const [far] = (await once(server, "connection")) as [Socket];
	// More than the kernel takes: what the wire still has to write fails when the server is gone, and tells it so.
	client.write(Buffer.alloc(MORE_THAN_THE_KERNEL_HOLDS));
	await once(far, "readable");

	wire.swallow();
	far.resetAndDestroy();
	await once(far, "close");
	for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
	const isCutOff = once(client, "close").catch(() => {});
	client.on("error", () => {});
	await wire[Symbol.asyncDispose]();
	await isCutOff;
	server.close();
	expect(client.destroyed).toBe(true);
});

test("what a black hole swallowed comes when it is let go, over the same connection", async () => {
	const server = createServer();
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	await using wire = await Wire.open("127.0.0.1", port);
	const [host, near] = wire.address.split(":");
	const client = connect({ host: host ?? "", port: Number(near) });
	const [far] = (await once(server, "connection")) as [Socket];
	onTestFinished(() => {
		client.destroy();
		server.close();
	});
	let got = "";
	far.on("data", (bytes) => {
		got += bytes.toString();
	});
	client.write("before ");
	await expect.poll(() => got).toBe("before ");

	wire.swallow();
	client.write("meanwhile");
	for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
	expect(got).toBe("before ");
	wire.release();
	await expect.poll(() => got).toBe("before meanwhile");
});
