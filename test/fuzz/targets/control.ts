import { decode, encode } from "../../../shared/mesh/control/codec.ts";
import {
	addStream,
	alive,
	gone,
	register,
	registerPage,
	removeStream,
	reportPage,
} from "../../../shared/mesh/control/messages.ts";
import { hex } from "../../fixtures/rtmp/captures.ts";
import type { FuzzTarget } from "../target.ts";

const node = {
	id: "origin-1",
	role: "origin",
	group: "server1",
	rank: "primary",
	rtmp: "rtmp://127.0.0.1:1935",
	http: "http://127.0.0.1:8080",
	incarnation: "k3v9x2",
	version: "0.1.0",
};
const stream = { key: "live/cam", hops: ["origin-1"], codecs: ["avc1", "mp4a"], since: "2026-01-31T12:00:00.000Z" };
const carried = { key: "live/cam", upstream: "origin-1", standby: ["192.0.2.1:1935"], readers: 2 };
const SCHEMAS = [alive, register, registerPage, addStream, removeStream, gone, reportPage] as const;

const encoded = (value: object): Buffer => Buffer.from(encode(value));

const control: FuzzTarget = {
	name: "control",
	seeds: [
		encoded({ node, seq: 3, streams: 1, load: 0.25, draining: false }),
		encoded({ node }),
		encoded({ node, seq: 3, page: 0, pages: 1, streams: [stream, { ...stream, key: "live/other" }] }),
		encoded({ incarnation: node.incarnation, seq: 4, stream }),
		encoded({ incarnation: node.incarnation, seq: 5, key: "live/cam", reason: "unpublished" }),
		encoded({ incarnation: node.incarnation }),
		encoded({
			...{ incarnation: node.incarnation, page: 0, pages: 1 },
			...{ sessions: { publish: 0, play: 2, pull: 0 }, streams: [carried] },
		}),
	],
	// MessagePack: the largest map, array, text and bytes, extensions, timestamps, a key that is a map.
	words: [
		"df ffffffff",
		"dd ffffffff",
		"db ffffffff",
		"c6 ffffffff",
		"c9 ffffffff 01",
		"d6 ff 00000000",
		"d4 72 40",
		"d7 ff",
		"81 80 01",
		"cb 7ff8000000000000",
		"cf ffffffffffffffff",
		"a9 5f5f70726f746f5f5f",
		"c1",
	].map(hex),
	run(input, random) {
		decode<unknown>(random.pick(SCHEMAS), input);
	},
};

export const controlTargets: readonly FuzzTarget[] = [control];
