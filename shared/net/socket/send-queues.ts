import { closeSync, openSync, readSync } from "node:fs";
import { endianness } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";

/** The kernel gives one page per read, in about ten microseconds. To ask from another thread would take longer. */
const PAGE_BYTES = 4096;
/** After this time other work has its turn. */
const PAGES_A_TURN = 4;

/** The kernel's tables of TCP connections (proc(5)), and the length of an address in them. */
const TABLES = [
	{ path: "/proc/net/tcp", addressLength: "0100007F:950B".length },
	{ path: "/proc/net/tcp6", addressLength: "00000000000000000000000001000000:950B".length },
] as const;

/** After both addresses: the state of the connection and its unacknowledged bytes. */
const ESTABLISHED = " 01 ";
const QUEUE_LENGTH = 8;

/** Tells for each connection how many bytes its peer has not acknowledged. */
export type ReadSendQueues = (found: (ends: string, bytes: number) => void) => Promise<void>;

/** The send queues of this machine. Finds nothing on systems without these tables. */
export async function readSendQueues(found: (ends: string, bytes: number) => void): Promise<void> {
	for (const { path, addressLength } of TABLES) {
		for await (const lines of pagesOf(path)) {
			for (const line of lines) {
				const begin = line.indexOf(":") + 2;
				const end = begin + 2 * addressLength + 1;
				if (!line.startsWith(ESTABLISHED, end)) continue;
				const queue = end + ESTABLISHED.length;
				found(line.slice(begin, end), Number.parseInt(line.slice(queue, queue + QUEUE_LENGTH), 16));
			}
		}
	}
}

/** Whole lines, a page at a time. */
async function* pagesOf(path: string): AsyncGenerator<string[]> {
	const file = openOrNone(path);
	if (file === undefined) return;
	try {
		const page = Buffer.allocUnsafe(PAGE_BYTES);
		let rest = "";
		for (let pages = 1; ; pages++) {
			const count = readSync(file, page, 0, PAGE_BYTES, null);
			if (count === 0) return;
			const lines = (rest + page.toString("latin1", 0, count)).split("\n");
			rest = lines.pop() ?? "";
			yield lines;
			if (pages % PAGES_A_TURN === 0) await nextTurn();
		}
	} finally {
		closeSync(file);
	}
}

function openOrNone(path: string): number | undefined {
	try {
		return openSync(path, "r");
	} catch {
		return undefined;
	}
}

/** Both ends of a connection; undefined if it is gone. */
export type Ends = {
	readonly localAddress?: string | undefined;
	readonly localPort?: number | undefined;
	readonly remoteAddress?: string | undefined;
	readonly remotePort?: number | undefined;
};

/** Both ends as the tables write them: the local end, a space, the remote end. */
export const endsOf = ({ localAddress, localPort, remoteAddress, remotePort }: Ends): string =>
	`${endText(localAddress, localPort)} ${endText(remoteAddress, remotePort)}`;

function endText(address = "", port = 0): string {
	const bytes = address.includes(":") ? ipv6Bytes(address) : ipv4Bytes(address);
	let words = "";
	for (let at = 0; at < bytes.length; at += 4) {
		const word = bytes.slice(at, at + 4);
		// Each 32-bit word of an address is written in the byte order of this machine.
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

/** Reads `fe80:1`, and also `ffff:127.0.0.1` with its last 32 bits as an IPv4 address. */
const groupBytes = (text: string): number[] =>
	text === ""
		? []
		: text.split(":").flatMap((group) => {
				const value = Number.parseInt(group, 16);
				return group.includes(".") ? ipv4Bytes(group) : [value >> 8, value & 0xff];
			});
