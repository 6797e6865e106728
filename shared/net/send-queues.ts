import { open } from "node:fs/promises";
import { endianness } from "node:os";

/** The kernel gives a page at a time. */
const READ_BYTES = 16 * 1024;

/** The kernel's tables of TCP connections (proc(5)), and how long an address is in them. */
const TABLES = [
	{ path: "/proc/net/tcp", addressLength: "0100007F:950B".length },
	{ path: "/proc/net/tcp6", addressLength: "00000000000000000000000001000000:950B".length },
] as const;

/** Behind both addresses: a space and two digits of state, and a space; then eight digits. */
const QUEUE_AT = 4;
const QUEUE_LENGTH = 8;

/** Reads, connection by connection, how many bytes its peer has not acknowledged. */
export type ReadSendQueues = (found: (ends: string, bytes: number) => void) => Promise<void>;

/** The same for this machine; finds nothing where there are no such tables. */
export async function readSendQueues(found: (ends: string, bytes: number) => void): Promise<void> {
	for (const { path, addressLength } of TABLES) {
		for await (const line of linesOf(path)) {
			const begin = line.indexOf(":") + 2;
			const end = begin + 2 * addressLength + 1;
			const bytes = Number.parseInt(line.slice(end + QUEUE_AT, end + QUEUE_AT + QUEUE_LENGTH), 16);
			if (bytes >= 0) found(line.slice(begin, end), bytes);
		}
	}
}

async function* linesOf(path: string): AsyncGenerator<string> {
	const file = await open(path).catch(() => undefined);
	if (!file) return;
	try {
		const buffer = Buffer.allocUnsafe(READ_BYTES);
		let rest = "";
		for (;;) {
			const { bytesRead } = await file.read(buffer, 0, READ_BYTES);
			if (bytesRead === 0) return;
			const lines = (rest + buffer.toString("latin1", 0, bytesRead)).split("\n");
			rest = lines.pop() ?? "";
			yield* lines;
		}
	} finally {
		await file.close();
	}
}

/** Both ends of a connection; undefined where it is gone. */
export type Ends = {
	readonly localAddress?: string | undefined;
	readonly localPort?: number | undefined;
	readonly remoteAddress?: string | undefined;
	readonly remotePort?: number | undefined;
};

/** The same as the tables write it: the local end, a space, the other one. */
export const endsOf = ({ localAddress, localPort, remoteAddress, remotePort }: Ends): string =>
	`${endText(localAddress, localPort)} ${endText(remoteAddress, remotePort)}`;

function endText(address = "", port = 0): string {
	const bytes = address.includes(":") ? ipv6Bytes(address) : ipv4Bytes(address);
	let words = "";
	for (let at = 0; at < bytes.length; at += 4) {
		const word = bytes.slice(at, at + 4);
		// A word of an address is written as a number of this machine.
		words += Buffer.from(endianness() === "LE" ? word.reverse() : word).toString("hex");
	}
	return `${words}:${port.toString(16).padStart(4, "0")}`.toUpperCase();
}

const ipv4Bytes = (address: string): number[] => address.split(".").map(Number);

function ipv6Bytes(address: string): number[] {
	const [plain = ""] = address.split("%", 1);
	const [front = [], back = []] = plain.split("::", 2).map(groupBytes);
	return [...front, ...new Array<number>(Math.max(16 - front.length - back.length, 0)).fill(0), ...back];
}

/** `fe80:1`, and `ffff:127.0.0.1` whose last 32 bits are written as an IPv4 address. */
const groupBytes = (text: string): number[] =>
	text === ""
		? []
		: text.split(":").flatMap((group) => {
				const value = Number.parseInt(group, 16);
				return group.includes(".") ? ipv4Bytes(group) : [value >> 8, value & 0xff];
			});
