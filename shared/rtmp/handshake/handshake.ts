import { randomBytes } from "node:crypto";
import { ProtocolError } from "#shared/base/errors";
import { findDigest, PART_BYTES, PLAYER, SERVER, signPart, signReply } from "./digest.ts";

/** RTMP 1.0 §5.2.2: the only version in use. 6 and above are encrypted variants. A letter is another protocol. */
const VERSION = 3;
/** The version field of a signed part. Zero means the simple handshake. */
const PLAYER_VERSION = 0x80_00_07_02;
const SERVER_VERSION = 0x04_05_00_01;

/** 1536 bytes that nobody can guess. */
export type RandomPart = () => Buffer;
const randomPart: RandomPart = () => randomBytes(PART_BYTES);

/** C1 and S1: 1536 bytes each, new for each connection. A node proof signs both. */
export type Randoms = { client: Buffer; server: Buffer };

/** The result of `push`: bytes to send, and together with `randoms` the bytes after the handshake. */
export type HandshakeStep = { send?: Buffer; randoms?: Randoms; rest?: Buffer };

function firstPart(makerVersion: number, random: RandomPart): Buffer {
	const part = random();
	part.writeUInt32BE(0, 0);
	part.writeUInt32BE(makerVersion, 4);
	return part;
}

function checkVersion(version: number | undefined): void {
	if (version === VERSION) return;
	const message = `the other side answers, but not in RTMP (its first byte is ${version}, RTMP begins with ${VERSION})`;
	throw new ProtocolError("handshake-version", message);
}

/** The server's half (RTMP 1.0 §5.2): digest if the client signs, otherwise simple. Throws ProtocolError. */
export class ServerHandshake {
	#input: Buffer = Buffer.alloc(0);
	#randoms: Randoms | undefined;
	readonly #random: RandomPart;

	constructor(random: RandomPart = randomPart) {
		this.#random = random;
	}

	push(bytes: Buffer): HandshakeStep {
		this.#input = Buffer.concat([this.#input, bytes]);
		checkVersion(this.#input[0] ?? VERSION);
		const step: HandshakeStep = {};
		if (!this.#randoms && this.#input.length > PART_BYTES) {
			const client = Buffer.from(this.#input.subarray(1, 1 + PART_BYTES));
			const { server, reply } = this.#answer(client);
			this.#randoms = { client, server };
			step.send = Buffer.concat([Buffer.of(VERSION), server, reply]);
		}
		// The content of C2 is not checked: real encoders send zeroes, echoes or signatures.
		if (this.#randoms && this.#input.length >= 1 + 2 * PART_BYTES) {
			step.randoms = this.#randoms;
			step.rest = this.#input.subarray(1 + 2 * PART_BYTES);
			this.#input = Buffer.alloc(0);
		}
		return step;
	}

	#answer(client: Buffer): { server: Buffer; reply: Buffer } {
		const signed = client.readUInt32BE(4) === 0 ? undefined : findDigest(client, PLAYER);
		if (!signed) return { server: firstPart(0, this.#random), reply: client };
		const server = firstPart(SERVER_VERSION, this.#random);
		signPart(server, signed.layout, SERVER);
		const reply = this.#random();
		signReply(reply, signed.digest, SERVER);
		return { server, reply };
	}
}

/** The client's half. With `digest` it signs C1 as a player does (servers that do not know this echo it); otherwise simple. */
export class ClientHandshake {
	#input: Buffer = Buffer.alloc(0);
	readonly #client: Buffer;
	readonly #random: RandomPart;

	constructor(options: { digest: boolean; random?: RandomPart }) {
		this.#random = options.random ?? randomPart;
		this.#client = firstPart(options.digest ? PLAYER_VERSION : 0, this.#random);
		if (options.digest) signPart(this.#client, 8, PLAYER);
	}

	/** C0 and C1: to be sent first. */
	start(): Buffer {
		return Buffer.concat([Buffer.of(VERSION), this.#client]);
	}

	push(bytes: Buffer): HandshakeStep {
		this.#input = Buffer.concat([this.#input, bytes]);
		checkVersion(this.#input[0] ?? VERSION);
		if (this.#input.length < 1 + 2 * PART_BYTES) return {};
		const server = Buffer.from(this.#input.subarray(1, 1 + PART_BYTES));
		const rest = this.#input.subarray(1 + 2 * PART_BYTES);
		this.#input = Buffer.alloc(0);
		return { send: this.#reply(server), randoms: { client: this.#client, server }, rest };
	}

	#reply(server: Buffer): Buffer {
		const signed = server.readUInt32BE(4) === 0 ? undefined : findDigest(server, SERVER);
		if (!signed) return server;
		const reply = this.#random();
		signReply(reply, signed.digest, PLAYER);
		return reply;
	}
}
