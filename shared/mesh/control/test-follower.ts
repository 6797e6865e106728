import { ManualClock } from "#shared/base/clock";
import { parseStreamKey, type StreamKey } from "#shared/base/names";
import type { NodeInfo, RegisterPage, StreamInfo } from "./messages.ts";
import { ParentFollower } from "./parent-follower.ts";
import { StreamTable } from "./stream-table.ts";

const key = (name: string) => parseStreamKey(`live/${name}`) as StreamKey;
export const stream = (name: string): StreamInfo => ({
	key: key(name),
	hops: ["p"],
	codecs: [],
	since: "2026-01-31T12:00:00Z",
});
/** The parent has one more. */
export const add = (seq: number, name: string, incarnation = "one") =>
	({ type: "add", incarnation, seq, stream: stream(name) }) as const;
/** It has one less. */
export const remove = (seq: number, name: string) =>
	({ type: "remove", incarnation: "one", seq, key: key(name), reason: "over" }) as const;

/** Runs all steps of a work. */
export function run(work: Iterator<void>): void {
	while (!work.next().done);
}

/** A follower of the parent `p`, and what it asks and tells. */
export function followerOf({ streams = new StreamTable(), keep = 4_096 } = {}) {
	const clock = new ManualClock();
	const asked: string[] = [];
	const told: string[] = [];
	let ticket = "";
	let synced = false;
	let isBehind = false;
	let kept = 0;
	let roomLeft = 0;
	const follower = new ParentFollower({ id: "p", incarnation: "one" }, streams, clock, {
		register: (next, why, sent) => {
			ticket = next;
			asked.push(why);
			sent();
		},
		registered: () => {},
		isBehind: () => isBehind,
		makeRoom: () => {
			const [key] = streams.of("other").keys();
			return roomLeft-- > 0 && key !== undefined && streams.delete("other", key) !== undefined;
		},
		keep: (more) => {
			if (kept + more > keep) return false;
			kept += more;
			return true;
		},
		added: ({ key }) => void told.push(`+${key}`),
		removed: ({ key }, reason) => void told.push(`-${key} ${reason}`),
		synced: (next) => {
			synced = next;
		},
		full: () => void told.push("full"),
		random: () => 1,
	});
	const page = (seq: number, names: string[], at = 0, pages = 1, incarnation = "one"): RegisterPage => ({
		node: { incarnation } as NodeInfo,
		seq,
		page: at,
		pages,
		streams: names.map(stream),
	});
	return {
		clock,
		follower,
		asked,
		told,
		has: () => [...streams.of("p").keys()].map((text) => text.slice(5)).sort(),
		isSynced: () => synced,
		kept: () => kept,
		beBehind: (is: boolean) => {
			isBehind = is;
		},
		giveRoom: (times: number) => {
			roomLeft = times;
		},
		give: (...args: Parameters<typeof page>) => run(follower.page(ticket, page(...args))),
		ticket: () => ticket,
		page,
	};
}
