import { parseStreamKey } from "#shared/base/names";
import { type NodeInfo, newIncarnation, type StreamInfo } from "#shared/mesh/control";
import type { Bus } from "../../shared/mesh/control/bus.ts";
import { encode } from "../../shared/mesh/control/codec.ts";

/** Streams of one register page. */
const PAGE_STREAMS = 1_000;
const ROOT = "millrace.default";

/** What a fake node has; a list, or what makes its parts when they are asked for. */
type Streams = { readonly length: number; slice(from: number, to: number): readonly StreamInfo[] };

/** A node that exists on the control plane only, right in form and free in what it says. It is heard when it is told to speak. */
export class FakeNode {
	readonly info: NodeInfo;
	seq = 1;
	/** Register requests it got. */
	asked = 0;
	readonly #bus: Bus;
	readonly #streams: Streams;

	/** Answers `register` with these streams; the bus stays its owner's. */
	constructor(bus: Bus, info: Partial<NodeInfo> & { id: string }, streams: Streams = []) {
		this.#bus = bus;
		this.#streams = streams;
		this.info = {
			role: "origin",
			group: info.id,
			rank: "primary",
			rtmp: "rtmp://127.0.0.1:9",
			http: "http://127.0.0.1:9",
			incarnation: newIncarnation(),
			version: "0",
			...info,
		};
		bus.subscribe(`${ROOT}.node.${info.id}.register`, ({ reply }) => {
			this.asked++;
			if (reply !== undefined) for (const page of this.pages()) bus.publish(reply, encode(page));
		});
	}

	/** Gives a sign of life, with other content where it is given. */
	alive(more: object = {}): void {
		const { info: node, seq } = this;
		this.say("alive", { node, seq, streams: this.#streams.length, load: 0, draining: false, ...more });
	}

	/** Says anything as itself. */
	say(what: string, message: object): void {
		this.#bus.publish(`${ROOT}.node.${this.info.id}.${what}`, encode(message));
	}

	/** Its answer to `register`. */
	pages(): object[] {
		const pages = Math.max(1, Math.ceil(this.#streams.length / PAGE_STREAMS));
		return Array.from({ length: pages }, (_, page) => ({
			...{ node: this.info, seq: this.seq, page, pages },
			streams: this.#streams.slice(page * PAGE_STREAMS, (page + 1) * PAGE_STREAMS),
		}));
	}
}

/** A stream as the origin of this id announces it. */
export function fakeStream(key: string, origin: string): StreamInfo {
	const parsed = parseStreamKey(key);
	if (parsed === undefined) throw new Error(`not a stream key: ${key}`);
	return { key: parsed, hops: [origin], codecs: ["avc1", "mp4a"], since: "2026-01-31T12:00:00.000Z" };
}
