import { once } from "node:events";
import { processes } from "../../cli/processes/launcher.ts";
import type { Cluster, ClusterNode } from "../../test/support/cluster.ts";
import { compiled } from "../../test/support/compiled.ts";
import { KEEP_NOTHING } from "../support/mesh.ts";
import type { Answer, Ask } from "./receiver.ts";

/** A second feed costs what it takes to receive it, and what it takes to merge it. */
export type MergeCase = "one feed" | "one feed, a second one received and dropped" | "two feeds merged";

/** A relay under measurement; it pulls only what is watched. */
export type MeasuredRelay = {
	readonly name: MergeCase;
	readonly node: ClusterNode;
	/** What is received besides, where that is this relay's part; packets of it so far. */
	receive(keys: readonly string[]): Promise<number>;
};

const ANSWER_WITHIN_MS = 20_000;
/** All relays get their first feed from the same server. */
const UPSTREAMS = "upstreams: [{label: one, primary: origin1}, {label: two, primary: origin2}]";
/** Viewers are written to as often as is standard. */
const env = { ...KEEP_NOTHING, MILLRACE_VIEWERS_DELAY_MS: "20" };

/** Two origins, and a relay for each case. Throws StartError. */
export async function startRelays(cluster: Cluster): Promise<{ origins: string[]; relays: MeasuredRelay[] }> {
	const first = await cluster.node("origin", "origin1");
	const second = await cluster.node("origin", "origin2");
	const one = await cluster.node("edge", "one-feed", `${UPSTREAMS}\nstandby: 0`, { env });
	const two = await cluster.node("edge", "two-feeds", `${UPSTREAMS}\nstandby: 1`, { env });
	const receiving = cluster.add({
		...{ role: "edge", id: "receiving", config: `${UPSTREAMS}\nstandby: 0`, env },
		launcher: processes([process.execPath, compiled("bench/merge/receiver.ts")]),
	});
	await receiving.start();
	const nothing = async (): Promise<number> => 0;
	return {
		origins: [first.rtmp, second.rtmp],
		relays: [
			{ name: "one feed", node: one, receive: nothing },
			{
				...{ name: "one feed, a second one received and dropped", node: receiving },
				receive: (keys) => ask(receiving, { receive: keys.map((key) => `${second.rtmp}/${key}`) }),
			},
			{ name: "two feeds merged", node: two, receive: nothing },
		],
	};
}

async function ask({ program: { process } }: ClusterNode, question: Ask): Promise<number> {
	const answer = once(process, "message", { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }) as Promise<[Answer]>;
	process.send(question);
	const [{ received }] = await answer;
	return received;
}
