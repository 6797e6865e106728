import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { endsOf, readSendQueues } from "./send-queues.ts";

// proc(5): "four-byte hexadecimal numbers in host byte order" on the machines Node has builds for, little-endian here.
test.for([
	{ address: "127.0.0.1", port: 38_155, text: "0100007F:950B" },
	{ address: "::1", port: 1935, text: "00000000000000000000000001000000:078F" },
	{ address: "::ffff:192.168.1.20", port: 1, text: "0000000000000000FFFF00001401A8C0:0001" },
	{ address: "2001:db8::5:6", port: 443, text: "B80D0120000000000000000006000500:01BB" },
	{ address: "fe80::1%eth0", port: 443, text: "000080FE000000000000000001000000:01BB" },
])("$address is written as in the kernel's tables", ({ address, port, text }) => {
	const ends = { localAddress: address, localPort: port, remoteAddress: address, remotePort: port };
	expect(endsOf(ends)).toBe(`${text} ${text}`);
});

test.for(process.platform === "linux" ? ["127.0.0.1", "::ffff:127.0.0.1", "::1"] : [])(
	"what a peer at %s has not read is in the kernel's tables",
	async (host) => {
		const server = createServer().listen(0, host === "127.0.0.1" ? host : "::");
		await once(server, "listening");
		const client = connect({ host, port: (server.address() as AddressInfo).port });
		const [socket] = (await once(server, "connection")) as [Socket];
		onTestFinished(() => {
			for (const each of [client, socket]) each.destroy();
			server.close();
		});
		client.pause();
		while (socket.writableLength === 0) socket.write(Buffer.alloc(256 * 1024));
		let unread: number | undefined;
		const look = async () => {
			await readSendQueues((ends, bytes) => {
				if (ends === endsOf(socket)) unread = bytes;
			});
			return unread;
		};
		await expect.poll(look).toBeGreaterThan(64 * 1024);
		client.resume();
		await expect.poll(look).toBe(0);
	},
);
