import { systemClock } from "#shared/base/clock";
import { readConfig } from "#shared/base/config";
import { streamKey } from "#shared/base/names";
import { run } from "#shared/base/runtime";
import { pull } from "#shared/mesh/upstream";
import { parseRtmpUrl } from "../../cli/stream-url.ts";
import { startEdge } from "../../services/edge/edge.ts";

/** What this process is asked: to receive these streams besides, from now on. */
export type Ask = { readonly receive: readonly string[] };
/** Its answer: packets received besides since its start. */
export type Answer = { readonly received: number };

/** The streams it is asked for are there. */
const PATIENCE_MS = 10_000;

let received = 0;
let stops: readonly (() => void)[] = [];
/** Started as a service is: `edge --config FILE`. */
const [, , , , file = ""] = process.argv;
const config = readConfig("edge", { env: process.env, file });

/** The bench's own edge: beside its work it receives streams the way a relay does, and drops what it has parsed. */
process.on("message", ({ receive }: Ask) => {
	process.send?.({ received } satisfies Answer);
	for (const stop of stops) stop();
	stops = receive.map(start);
});
await run(() => startEdge(config));
for (const stop of stops) stop();

function start(url: string): () => void {
	const { host, port, app, name } = parseRtmpUrl(url);
	const key = streamKey(app, name);
	if (key === undefined) throw new Error(`${url} names no stream`);
	return pull({
		key,
		server: { id: "second", host, port, app, depth: 0 },
		self: { id: config.node.id },
		resume: () => undefined,
		clock: systemClock,
		idleMs: config.idleMs,
		firstMediaMs: PATIENCE_MS,
		onPacket: () => {
			received++;
		},
		onLive: () => {},
		onFlowing: () => {},
		onLost: (_reason, message) => {
			throw new Error(`${url}: ${message}`);
		},
	});
}
