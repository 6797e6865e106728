import { setTimeout as pause } from "node:timers/promises";
import { PeerLostError } from "#shared/base/errors";
import { Scope } from "#shared/base/runtime";
import { startNatsServer } from "../../test/support/nats-server.ts";
import { type Service, type ServiceSettings, startService } from "./services.ts";

/** An edge lets go of what nobody watches at once, so a run that begins cold need not wait for it. */
const KEEP_MS = "0";
const COLD_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 20;

/** How many servers a stream passes from the publisher to the viewer. */
export const TIERS = [1, 2, 3] as const;
/** 1: the viewer plays at the origin; 2: origin and edge; 3: an intermediate between them. */
export type Tiers = (typeof TIERS)[number];

/** A mesh of processes around a real nats-server. Disposing ends them all. */
export type Mesh = AsyncDisposable & {
	/** Where to publish. */
	readonly origin: string;
	/** Where viewers play, by the number of servers on the way. */
	readonly doors: ReadonlyMap<Tiers, string>;
	/** Waits until no intermediate and no edge pulls anything. */
	cold(signal: AbortSignal): Promise<void>;
};

/** Starts what the wanted ways need, one process after another. Throws StartError. */
export async function startMesh(tiers: readonly Tiers[]): Promise<Mesh> {
	const scope = new Scope();
	try {
		const nats = scope.use(await startNatsServer());
		const start = async (settings: Omit<ServiceSettings, "nats">) =>
			scope.use(await startService({ ...settings, nats: nats.url }));
		const relay = (role: "intermediate" | "edge", id: string, above: string) =>
			start({ role, id, more: { KEEP_MS, UPSTREAMS: `{discover: [${above}]}` } });

		const origin = await start({ role: "origin", id: "origin" });
		const doors = new Map<Tiers, string>([[1, origin.rtmp]]);
		const relays: Service[] = [];
		if (tiers.includes(2)) {
			const edge = await relay("edge", "edge-of-origin", "origin");
			relays.push(edge);
			doors.set(2, edge.rtmp);
		}
		if (tiers.includes(3)) {
			relays.push(await relay("intermediate", "intermediate", "origin"));
			const edge = await relay("edge", "edge-of-intermediate", "intermediate");
			relays.push(edge);
			doors.set(3, edge.rtmp);
		}
		return {
			origin: origin.rtmp,
			doors,
			cold: (signal) => untilCold(relays, signal),
			[Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
		};
	} catch (error) {
		await scope[Symbol.asyncDispose]();
		throw error;
	}
}

async function untilCold(relays: readonly Service[], signal: AbortSignal): Promise<void> {
	const until = performance.now() + COLD_WITHIN_MS;
	while ((await Promise.all(relays.map(streamsOf))).some((streams) => streams > 0)) {
		if (performance.now() > until) throw new PeerLostError("a relay goes on pulling what nobody watches");
		await pause(LOOK_EVERY_MS, undefined, { signal });
	}
}

/** Streams a relay pulls at this moment, as its metrics say. */
async function streamsOf({ http }: Service): Promise<number> {
	const response = await fetch(`${http}/metrics`);
	const [, value] = /^millrace_streams(?:\{[^}]*\})? (\d+)$/m.exec(await response.text()) ?? [];
	if (value === undefined) throw new PeerLostError(`${http}/metrics does not say how many streams there are`);
	return Number(value);
}
