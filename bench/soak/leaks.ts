import type { Millis } from "#shared/base/clock";
import type { Gauges } from "./gauges.ts";
import { trendOf } from "./trend.ts";

/** A process' life as it was looked at: gauges taken right after a garbage collection. */
export type Sample = Gauges & { readonly at: Millis };

/** What a process may hold that stands idle, given its streams. */
export type Allowance = { readonly sockets: number; readonly timers: number; readonly actors: number };

/** Of the last two thirds, so many are wanted before anything is said about growth. */
const LEAST_SAMPLES = 6;
/** Chance alone takes a slope beyond three standard errors once in some hundred times. */
const ERRORS = 3;
/** Caches of code and shapes fill up for a while; what grows by less, or by less of what there is, is not called a leak. */
const LEAST_GROWTH_BYTES = 2 * 1024 * 1024;
const LEAST_GROWTH_SHARE = 0.05;

/** How memory of one kind went. */
export type Course = {
	/** Bytes a minute over the last two thirds; null where there are too few samples. */
	readonly perMinute: number | null;
	readonly isGrowing: boolean;
};

/** How heap or buffers went over the last two thirds of a process' life. */
export function courseOf(samples: readonly Sample[], kind: "heap" | "external"): Course {
	const late = samples.slice(Math.floor(samples.length / 3));
	const trend = trendOf(late.map((sample) => ({ x: sample.at / 60_000, y: sample[kind] })));
	if (!trend || late.length < LEAST_SAMPLES) return { perMinute: null, isGrowing: false };
	const { slope, error, growth } = trend;
	const usual = late.reduce((sum, sample) => sum + sample[kind], 0) / late.length;
	const isMuch = growth > Math.max(LEAST_GROWTH_BYTES, usual * LEAST_GROWTH_SHARE);
	return { perMinute: Math.round(slope), isGrowing: isMuch && slope > ERRORS * error };
}

/** What a process leaks, in words; empty where nothing. `quiet` are its gauges while nothing happened to the mesh at the end. */
export function leaksOf(samples: readonly Sample[], quiet: Gauges, allowed: Allowance): string[] {
	const memory = (["heap", "external"] as const).flatMap((kind) => {
		const { perMinute, isGrowing } = courseOf(samples, kind);
		const what = kind === "heap" ? "its heap grows" : "its buffers grow";
		return isGrowing ? [`${what} by ${Math.round((perMinute ?? 0) / 1024)} KiB a minute`] : [];
	});
	const counts = (["sockets", "timers", "actors"] as const).flatMap((kind) =>
		quiet[kind] > allowed[kind] ? [`it holds ${quiet[kind]} ${kind}, ${allowed[kind]} at most are explained`] : [],
	);
	return [...memory, ...counts];
}

/** The least of each gauge: what comes and goes with every frame is out of it. */
export function leastOf(all: readonly Gauges[]): Gauges {
	const least = (kind: keyof Gauges): number => Math.min(...all.map((gauges) => gauges[kind]));
	return {
		heap: least("heap"),
		external: least("external"),
		rss: least("rss"),
		sockets: least("sockets"),
		timers: least("timers"),
		streams: least("streams"),
		actors: least("actors"),
		live: least("live"),
	};
}
