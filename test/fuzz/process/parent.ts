import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { systemClock } from "#shared/base/clock";
import { MeshError } from "#shared/base/errors";
import { parseStreamKey } from "#shared/base/names";
import { silentLogger } from "#shared/base/runtime";
import { type Directory, newIncarnation, openNatsDirectory } from "#shared/mesh/control";
import { writeMessage } from "#shared/rtmp/chunk";
import { encodeCommand, OUT_CHUNK_SIZE, writeMedia } from "#shared/rtmp/message";
import { type ServerEvent, ServerSession } from "#shared/rtmp/session";
import type { Random } from "../random.ts";
import { AbsurdEncoder } from "./absurd-media.ts";
import type { ProcessTarget } from "./process-target.ts";
import { RisingViewer } from "./rising-viewer.ts";

const STREAMS = 4;
/** What an edge that is not fed leaves: it comes back with the next round. */
const ROUND_MS = 100;
const BURST_PACKETS = 25;
const MESSAGE_TYPES = [1, 2, 3, 4, 5, 6, 15, 16, 17, 18, 19, 20, 22, 0, 255] as const;
const WORDS = ["onStatus", "_result", "_error", "onBWDone", "close", "onFCSubscribe", "|RtmpSampleAccess", ""] as const;
const CODES = [
	...[
		"NetStream.Play.Start",
		"NetStream.Play.Reset",
		"NetStream.Play.StreamNotFound",
		"NetStream.Play.UnpublishNotify",
	],
	...["NetStream.Play.Stop", "NetStream.Publish.Start", "NetConnection.Connect.Rejected", ""],
] as [string, ...string[]];

/** A call an edge made here, and what it is told. */
class Talk {
	readonly #socket: Socket;
	readonly #session = new ServerSession();
	#streamId: number | undefined;
	#encoder: AbsurdEncoder | undefined;

	constructor(socket: Socket) {
		this.#socket = socket;
		socket.on("error", () => {});
		socket.on("data", (bytes) => this.#read(bytes));
	}

	/** Sends nonsense; how many messages. */
	speak(random: Random): number {
		if (this.#streamId === undefined || this.#socket.destroyed || this.#socket.writableLength > 2 ** 20) return 0;
		const parts: Uint8Array[] = [];
		if (this.#encoder === undefined) {
			this.#encoder = new AbsurdEncoder(random);
			for (const packet of this.#encoder.start()) writeMedia(packet, this.#streamId, parts);
		}
		for (let count = 0; count < BURST_PACKETS; count++) {
			if (random.oneIn(40)) writeMessage(anyMessage(random, this.#streamId), OUT_CHUNK_SIZE, parts);
			else writeMedia(this.#encoder.next(), random.oneIn(30) ? random.u32() : this.#streamId, parts);
		}
		this.#socket.write(Buffer.concat(parts));
		if (random.oneIn(100)) this.#socket.end();
		return BURST_PACKETS;
	}

	#read(bytes: Buffer): void {
		try {
			for (const event of this.#session.push(bytes)) this.#answer(event);
			for (const event of this.#session.more()) this.#answer(event);
			for (const part of this.#session.take()) this.#socket.write(part);
		} catch (error) {
			if (!(error instanceof MeshError)) throw error;
			this.#socket.destroy();
		}
	}

	#answer(event: ServerEvent): void {
		if (event.type === "connect") this.#session.acceptConnect();
		if (event.type === "fc-subscribe") this.#session.answerFcSubscribe(event.call, "NetStream.Play.Start", event.name);
		if (event.type !== "play") return;
		this.#session.acceptPlay(event.streamId, event.name);
		this.#streamId = event.streamId;
	}
}

/** A message of any type, whose body is a call, numbers or nothing. */
function anyMessage(random: Random, streamId: number) {
	const type = random.pick(MESSAGE_TYPES);
	// A larger chunk size would be believed: what follows is cut as before.
	const number = Buffer.alloc(type === 1 ? 4 : random.below(12), type === 1 ? 0 : random.below(256));
	if (type === 1) number.writeUInt32BE(OUT_CHUNK_SIZE);
	const info = { level: "status", code: random.pick(CODES), description: "" };
	const call = encodeCommand(
		streamId,
		random.pick(WORDS),
		random.below(5),
		null,
		random.oneIn(4) ? random.u32() : info,
	);
	const payload = type === 20 || type === 17 ? call.payload : number;
	return {
		type,
		streamId: random.oneIn(3) ? 0 : streamId,
		timestamp: random.u32(),
		payload,
		chunkStream: 3 + random.below(60),
	};
}

/** A server that edges find by NATS, as they find an origin. */
class FakeParent implements AsyncDisposable {
	readonly #server: Server;
	readonly #directory: Directory;
	readonly #talks = new Map<Socket, Talk>();

	static async open(nats: string): Promise<FakeParent> {
		const server = createServer({ noDelay: true }).listen(0, "127.0.0.1");
		await once(server, "listening");
		return new FakeParent(server, nats);
	}

	constructor(server: Server, nats: string) {
		this.#server = server;
		server.on("connection", (socket) => {
			this.#talks.set(socket, new Talk(socket));
			socket.on("close", () => this.#talks.delete(socket));
		});
		const { port } = server.address() as AddressInfo;
		const self = {
			...({ id: "parent", role: "origin", group: "parent", rank: "primary", version: "0.1.0" } as const),
			...{ rtmp: `rtmp://127.0.0.1:${port}`, http: "http://127.0.0.1:1", incarnation: newIncarnation() },
		};
		this.#directory = openNatsDirectory(
			{ servers: [nats] },
			{ cluster: "default", self, follow: () => false, clock: systemClock, log: silentLogger(), count: () => {} },
		);
		for (let stream = 0; stream < STREAMS; stream++) {
			const key = parseStreamKey(keyOf(stream));
			if (key) this.#directory.announce({ key, hops: [self.id], codecs: [], since: new Date().toISOString() });
		}
	}

	speak(random: Random): number {
		return [...this.#talks.values()].reduce((sum, talk) => sum + talk.speak(random), 0);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#directory[Symbol.asyncDispose]();
		for (const socket of this.#talks.keys()) socket.destroy();
		this.#server.close();
	}
}

const keyOf = (stream: number): string => `live/fuzz${stream}`;

export const parent: ProcessTarget = {
	name: "process-parent",
	open: async (stage) => {
		const fake = await FakeParent.open(stage.nats);
		const viewers = new Map<number, RisingViewer>();
		return {
			round: async (random) => {
				for (let stream = 0; stream < STREAMS; stream++) {
					const viewer = viewers.get(stream);
					if (viewer && viewer.ended === undefined) continue;
					viewers.set(stream, new RisingViewer(`${stage.edge.rtmp}/${keyOf(stream)}`));
				}
				let inputs = 0;
				for (const until = performance.now() + ROUND_MS; performance.now() < until; await pause(2))
					inputs += fake.speak(random);
				const problem = [...viewers.values()].find((viewer) => viewer.problem !== undefined)?.problem;
				return problem === undefined ? { inputs } : { inputs, problem };
			},
			[Symbol.asyncDispose]: async () => {
				for (const viewer of viewers.values()) viewer[Symbol.dispose]();
				await fake[Symbol.asyncDispose]();
			},
		};
	},
};
