import { setTimeout as pause } from "node:timers/promises";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { encode } from "../../../shared/mesh/control/codec.ts";
import { subjectsOf } from "../../../shared/mesh/control/subjects.ts";
import { mutate } from "../mutate.ts";
import type { Random } from "../random.ts";
import type { ProcessTarget } from "./process-target.ts";
import { RisingViewer } from "./rising-viewer.ts";
import type { Stage } from "./stage.ts";

const MESSAGES = 100;
/** What is absurd is what is said, not how often. */
const ROUND_MS = 10;
/** One in so many statements contradicts what the node said before. */
const SANITY = 12;
/** Nodes that are made up; few, so that what they say is about the same things again and again. */
const NODES = 40;
const subjects = subjectsOf("default");
/** Streams a viewer asks for, so that the edge looks for somebody to pull them from. */
const WANTED = ["live/wanted0", "live/wanted1"] as const;

const URLS = [
	...[
		"rtmp://127.0.0.1:1",
		"rtmp://[",
		"rtmp://:",
		"rtmp://127.0.0.1:99999",
		"rtmps://x:y",
		"rtmp://%",
		"rtmp://a%20b:1935",
	],
	...[
		"rtmp://[::1]:1",
		"rtmp://127.0.0.1:0",
		"rtmp://user:pass@127.0.0.1:1/a/b/c?d#e",
		"rtmp://999.999.999.999",
		"rtmp://-",
	],
	...[
		"rtmp:///",
		"rtmp://?",
		"rtmp://127.0.0.1:1/\\",
		"rtmp://xn--",
		"rtmp://1",
		"rtmp://localhost.",
		"rtmps://127.0.0.1:1",
	],
] as [string, ...string[]];
const HTTP_URLS = ["http://127.0.0.1:1", "http://[", "https://:", "http://%", "http://1:99999"] as const;
const GROUPS = ["server1", " ", "o1", "__proto__", "constructor", "x".repeat(64)] as const;
const INCARNATIONS = ["a", "b", "__proto__"] as const;
const SEQUENCES = [0, 1, 2, 3, 2 ** 31, 2 ** 32, 2 ** 53 - 1] as const;
const KEYS = [...WANTED, "live/clean", "__proto__/constructor", "live/toString", "a/b"] as [string, ...string[]];

const nodeOf = (id: string, random: Random) => ({
	id,
	role: random.pick(["origin", "origin", "intermediate", "edge"]),
	group: random.pick(GROUPS),
	rank: random.pick(["primary", "secondary"]),
	rtmp: random.pick(URLS),
	http: random.pick(HTTP_URLS),
	incarnation: random.pick(INCARNATIONS),
	version: random.pick(["0.1.0", " ", "999999999999.0.0"]),
});

const streamOf = (id: string, random: Random) => ({
	key: random.pick(KEYS),
	hops: random.pick([[id], [], ["e1"], Array(16).fill(id), ["o1", id], [id, "e1"]]),
	codecs: random.pick([["avc1", "mp4a"], [], Array(16).fill("x")]),
	since: random.pick(["2026-01-31T12:00:00.000Z", "0000-00-00T00:00:00Z", "9999-99-99T99:99:99.999999999Z"]),
});

/** A node that is made up. It mostly agrees with itself, or nobody would believe it far enough to act on what it says. */
class FakeNode {
	readonly id: string;
	#node: ReturnType<typeof nodeOf>;
	#streams: ReturnType<typeof streamOf>[];
	#seq = 1;

	constructor(id: string, random: Random) {
		this.id = id;
		this.#node = nodeOf(id, random);
		this.#streams = [streamOf(id, random)];
	}

	/** What it says next: the subject and the content. */
	next(random: Random): readonly [string, object] {
		const { incarnation } = this.#node;
		const stream = streamOf(this.id, random);
		if (random.oneIn(100)) this.#node = nodeOf(this.id, random);
		switch (random.below(random.oneIn(20) ? 3 : 2)) {
			case 0:
				return [subjects.alive(this.id), this.alive(random)];
			case 1:
				if (random.oneIn(2)) this.#streams = [stream];
				this.#seq++;
				return random.oneIn(3)
					? [
							subjects.removeStream(this.id),
							{ incarnation, seq: this.seq(random), key: stream.key, reason: "x".repeat(128) },
						]
					: [subjects.addStream(this.id), { incarnation, seq: this.seq(random), stream }];
			default:
				return [subjects.gone(this.id), { incarnation }];
		}
	}

	alive(random: Random): object {
		const node = random.oneIn(SANITY) ? nodeOf(this.id, random) : this.#node;
		const load = random.pick([0, 1, 1e6, 1e-300]);
		return { node, seq: this.seq(random), streams: random.pick([0, 1, 20_000]), load, draining: random.oneIn(SANITY) };
	}

	/** The answer to who asks for all its streams. */
	page(random: Random): object {
		const [page, pages] = random.oneIn(SANITY) ? [random.below(3), 1 + random.below(3)] : [0, 1];
		return { node: this.#node, seq: this.seq(random), page, pages, streams: this.#streams };
	}

	seq(random: Random): number {
		return random.oneIn(SANITY) ? random.pick(SEQUENCES) : this.#seq;
	}
}

function answerRegister(connection: NatsConnection, nodes: readonly FakeNode[], random: Random): void {
	for (const node of nodes) {
		connection.subscribe(subjects.register(node.id), {
			callback: (_error, request) => void request.respond(encode(node.page(random))),
		});
	}
}

function send(connection: NatsConnection, node: FakeNode, random: Random): void {
	const [subject, content] = node.next(random);
	const bytes = Buffer.from(encode(content));
	connection.publish(subject, random.oneIn(SANITY) ? mutate({ seeds: [bytes], words: [] }, random) : bytes);
}

/** Waits for a stream that nobody has, and asks again when that took too long. */
class PatientViewer implements Disposable {
	readonly #url: string;
	#viewer: RisingViewer;

	constructor(url: string) {
		this.#url = url;
		this.#viewer = new RisingViewer(url);
	}

	askAgain(): void {
		if (this.#viewer.ended === undefined) return;
		this.#viewer = new RisingViewer(this.#url);
	}

	[Symbol.dispose](): void {
		this.#viewer[Symbol.dispose]();
	}
}

export const nats: ProcessTarget = {
	name: "process-nats",
	open: async (stage: Stage) => {
		const connection = await connect({ servers: stage.nats });
		const viewers = WANTED.map((key) => new PatientViewer(`${stage.edge.rtmp}/${key}`));
		const nodes: FakeNode[] = [];
		return {
			round: async (random) => {
				if (nodes.length === 0) {
					for (let number = 0; number < NODES; number++) nodes.push(new FakeNode(`fake${number}`, random));
					answerRegister(connection, nodes, random);
				}
				for (const viewer of viewers) viewer.askAgain();
				for (let count = 0; count < MESSAGES; count++) {
					const [node] = nodes.slice(random.below(NODES));
					if (node) send(connection, node, random);
				}
				await connection.flush();
				await pause(ROUND_MS);
				return { inputs: MESSAGES };
			},
			[Symbol.asyncDispose]: async () => {
				for (const viewer of viewers) viewer[Symbol.dispose]();
				await connection.close();
			},
		};
	},
};
