import type { Scope } from "#shared/base/runtime";
import { startNatsServer } from "../../test/support/nats-server.ts";
import { startService } from "../support/services.ts";
import { startReceivingEdge } from "./receiving-edge.ts";

/** A second feed costs what it takes to receive it, and what it takes to merge it. */
export type MergeCase = "one feed" | "one feed, a second one received and dropped" | "two feeds merged";

/** A relay under measurement; it pulls only what is watched. */
export type MeasuredRelay = {
	readonly name: MergeCase;
	readonly pid: number;
	readonly rtmp: string;
	readonly http: string;
	/** What is received besides, where that is this relay's part; packets of it so far. */
	receive(keys: readonly string[]): Promise<number>;
};

const FIRST = "origin1";
const SECOND = "origin2";
/** All relays get their first feed from the same server. */
const UPSTREAMS = `[{label: one, primary: ${FIRST}}, {label: two, primary: ${SECOND}}]`;
/** Nothing is kept that nobody watches; viewers are written to as often as is standard. */
const RELAY = { UPSTREAMS, KEEP_MS: "0", VIEWERS_DELAY_MS: "20" };

/** Two origins, and a relay for each case. The scope ends them all. Throws StartError. */
export async function startRelays(scope: Scope): Promise<{ origins: string[]; relays: MeasuredRelay[] }> {
	const { url: nats } = scope.use(await startNatsServer());
	const first = scope.use(await startService({ role: "origin", id: FIRST, nats }));
	const second = scope.use(await startService({ role: "origin", id: SECOND, nats }));
	const edge = async (id: string, standby: number) =>
		scope.use(await startService({ role: "edge", id, nats, more: { ...RELAY, STANDBY: `${standby}` } }));
	const nothing = async (): Promise<number> => 0;
	const one = await edge("one-feed", 0);
	const two = await edge("two-feeds", 1);
	const receiving = scope.use(
		await startReceivingEdge({
			...RELAY,
			...{ STANDBY: "0", NODE_ID: "receiving", NATS_SERVERS: nats, RTMP_PORT: "0", HTTP_PORT: "0" },
			...{ LOG_LEVEL: "warn", LOG_PRETTY: "false" },
		}),
	);
	return {
		origins: [first.rtmp, second.rtmp],
		relays: [
			{ ...one, name: "one feed", receive: nothing },
			{
				...receiving,
				name: "one feed, a second one received and dropped",
				receive: (keys) => receiving.receive(keys.map((key) => `${second.rtmp}/${key}`)),
			},
			{ ...two, name: "two feeds merged", receive: nothing },
		],
	};
}
