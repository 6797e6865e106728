import type { Millis } from "#shared/base/clock";
import { PeerLostError } from "#shared/base/errors";

/** What a process holds at one moment, as it says itself. */
export type Gauges = {
	/** JavaScript objects, in bytes. */
	readonly heap: number;
	/** Buffers and other memory outside of the heap that JavaScript objects own, in bytes. */
	readonly external: number;
	/** Resident memory, in bytes. */
	readonly rss: number;
	/** TCP connections, that of the question included. */
	readonly sockets: number;
	readonly timers: number;
	/** Streams pulled; 0 at an origin. */
	readonly streams: number;
	/** Subscriptions and server groups at work; 0 at an origin. */
	readonly actors: number;
	/** Upstreams that bring media, over all streams; 0 at an origin. */
	readonly live: number;
};

/** A node answers within milliseconds; one that takes so long is frozen or gone. */
const ANSWER_MS: Millis = 2_000;

/** Asks a node over a connection of its own, so that none is left open. Throws PeerLostError where it does not answer. */
export async function gaugesOf(http: string): Promise<Gauges> {
	const url = `${http}/metrics`;
	try {
		const options = { headers: { connection: "close" }, signal: AbortSignal.timeout(ANSWER_MS) };
		return parseGauges(await (await fetch(url, options)).text());
	} catch (cause) {
		throw new PeerLostError(`${url} does not answer`, { cause });
	}
}

/** Reads Prometheus' text format. */
export function parseGauges(text: string): Gauges {
	const value = (name: string, label = ""): number => {
		const line = text
			.split("\n")
			.find((candidate) => candidate.startsWith(`millrace_${name}{`) && candidate.includes(label));
		return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(" ") + 1));
	};
	return {
		heap: value("nodejs_heap_size_used_bytes"),
		external: value("nodejs_external_memory_bytes"),
		rss: value("process_resident_memory_bytes"),
		sockets: value("nodejs_active_resources", 'type="TCPSocketWrap"'),
		timers: value("nodejs_active_resources", 'type="Timeout"'),
		streams: value("streams"),
		actors: value("upstream_actors"),
		live: value("upstreams_live"),
	};
}
