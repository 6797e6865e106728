import { setTimeout as pause } from "node:timers/promises";
import { RawClient } from "../../support/raw-client.ts";
import type { Random } from "../random.ts";
import { Random as Numbers } from "../random.ts";
import { AbsurdEncoder } from "./absurd-media.ts";
import type { ProcessTarget } from "./process-target.ts";
import { RisingViewer } from "./rising-viewer.ts";
import type { Stage } from "./stage.ts";

/** Streams at once. */
const LANES = 4;
const BURSTS = 20;
const BURST_PACKETS = 25;

/** One stream, of one encoder or of two at two origins, and a viewer of it. */
async function lane(stage: Stage, name: string, random: Random): Promise<{ inputs: number; problem?: string }> {
	using viewer = new RisingViewer(`${stage.edge.rtmp}/live/${name}`);
	const clients: RawClient[] = [];
	let inputs = 0;
	try {
		for (const origin of random.oneIn(3) ? stage.origins.slice(0, 1) : stage.origins) {
			clients.push(await RawClient.connect(origin.rtmp));
		}
		const publishers = await Promise.all(
			clients.map(async (client) => ({
				client,
				streamId: await client.publish(name),
				encoder: new AbsurdEncoder(random),
			})),
		);
		for (const { client, streamId, encoder } of publishers) client.sendMedia(streamId, encoder.start());
		for (let burst = 0; burst < BURSTS; burst++) {
			for (const { client, streamId, encoder } of publishers) {
				client.sendMedia(
					streamId,
					Array.from({ length: BURST_PACKETS }, () => encoder.next()),
				);
				inputs += BURST_PACKETS;
			}
			await pause(random.below(10));
		}
	} catch (error) {
		// A publisher may be refused or hung up on: whether the process still lives, the stage looks.
		if (!(error instanceof Error)) throw error;
	} finally {
		for (const client of clients) client[Symbol.dispose]();
	}
	return viewer.problem === undefined ? { inputs } : { inputs, problem: viewer.problem };
}

export const media: ProcessTarget = {
	name: "process-media",
	open: async (stage) => {
		let count = 0;
		return {
			round: async (random) => {
				const seeds = Array.from({ length: LANES }, () => random.u32());
				const lanes = await Promise.all(seeds.map((seed) => lane(stage, `fuzz${count++}`, new Numbers(seed))));
				const inputs = lanes.reduce((sum, each) => sum + each.inputs, 0);
				const problem = lanes.find((each) => each.problem !== undefined)?.problem;
				return problem === undefined ? { inputs } : { inputs, problem };
			},
			[Symbol.asyncDispose]: async () => {},
		};
	},
};
