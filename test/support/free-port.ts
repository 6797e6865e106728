import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** Above what is well known, below what Linux gives to those who dial. */
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** So many ports in a row that nobody listens on, as `first-last`. */
export async function freePorts(count: number): Promise<string> {
	for (;;) {
		const first = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST - count));
		const ports = Array.from({ length: count }, (_, place) => first + place);
		if ((await Promise.all(ports.map(isFree))).every(Boolean)) return `${first}-${first + count - 1}`;
	}
}

async function isFree(port: number): Promise<boolean> {
	const server = createServer().listen(port, "127.0.0.1");
	const isBound = await once(server, "listening").then(
		() => true,
		() => false,
	);
	server.close();
	return isBound;
}

/** A port nobody listens on, for programs that cannot choose one themselves. */
export async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, "close");
	return port;
}
