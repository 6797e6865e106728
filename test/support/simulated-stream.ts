import type { CodecConfig } from "#shared/formats/codec";

const TICKS_PER_MS = 90;
/** 1,024 samples at 48 kHz. */
const AUDIO_FRAME = 1920;

export const VIDEO: CodecConfig = {
	kind: "video",
	codec: "h264",
	codecs: "avc1.64001f",
	record: new Uint8Array(),
	nalLengthBytes: 4,
	parameterSets: [],
	width: 1280,
	height: 720,
};
export const AUDIO: CodecConfig = {
	kind: "audio",
	codec: "aac",
	codecs: "mp4a.40.2",
	record: new Uint8Array(),
	sampleRate: 48_000,
	channels: 2,
};

export type SimulatedOptions = {
	/** Frames a second. */
	fps?: number;
	/** Length of segment `n` in frames. */
	frames?: (n: number) => number;
	partMs?: number;
	/** Segments kept. */
	kept?: number;
	/** Whether times begin anew at a segment, with another codec header. */
	isNew?: (n: number) => boolean;
	/** Ticks since 1970 of the first segment, and its number. */
	begin?: number;
	first?: number;
};

/** A packaged stream as a function of time: every number in it is made by simple arithmetic, nothing by a packager. */
export class SimulatedStream {
	readonly #options: Required<SimulatedOptions>;
	readonly #begins: number[] = [];
	readonly #inits: string[] = [];
	readonly #counts: number[] = [];

	constructor(options: SimulatedOptions = {}) {
		const { fps = 25 } = options;
		this.#options = {
			fps,
			frames: () => 2 * fps,
			partMs: 500,
			kept: 20,
			isNew: () => false,
			begin: 1_764_000_000 * 90_000,
			first: 882_000_000,
			...options,
		};
		this.#begins.push(this.#options.begin);
	}

	/** What there is `ms` after the first frame. */
	at(ms: number) {
		const now = this.#options.begin + ms * TICKS_PER_MS;
		return [
			{
				kind: "video" as const,
				config: VIDEO,
				bitrate: 1_000_000,
				frameRate: this.#options.fps,
				segments: this.#video(now),
			},
			{ kind: "audio" as const, config: AUDIO, bitrate: 128_000, segments: this.#audio(now) },
		];
	}

	#video(now: number) {
		const frame = 90_000 / this.#options.fps;
		return this.#segments(now, (begin, end) => grid(begin, end, frame, this.#partTicks));
	}

	#audio(now: number) {
		const up = (time: number) => Math.ceil(time / AUDIO_FRAME) * AUDIO_FRAME;
		return this.#segments(now, (begin, end) => grid(up(begin), up(end), AUDIO_FRAME, this.#partTicks));
	}

	get #partTicks(): number {
		return this.#options.partMs * TICKS_PER_MS;
	}

	#segments(now: number, cut: (begin: number, end: number) => { begin: number; duration: number }[]) {
		const { kept, first } = this.#options;
		const count = this.#count(now);
		const segments = [];
		for (let n = Math.max(0, count - kept); n < count; n++) {
			const planned = cut(this.#begins[n] ?? 0, this.#begins[n + 1] ?? 0);
			const parts = planned
				.filter(({ begin, duration }) => begin + duration <= now)
				.map((part, index) => ({ ...part, index, isIndependent: index === 0, bytes: Buffer.from(`${n}.${index} `) }));
			if (parts.length === 0) continue;
			segments.push({
				number: first + n,
				begin: planned[0]?.begin ?? 0,
				discontinuities: this.#counts[n] ?? 0,
				initId: this.#inits[n] ?? "",
				parts,
				isWhole: parts.length === planned.length && (this.#begins[n + 1] ?? 0) <= now,
				duration: parts.reduce((sum, { duration }) => sum + duration, 0),
			});
		}
		return segments;
	}

	/** Segments begun by then. */
	#count(now: number): number {
		const { frames, fps, isNew } = this.#options;
		for (let n = this.#inits.length; (this.#begins[n] ?? 0) <= now; n++) {
			this.#begins.push((this.#begins[n] ?? 0) + (frames(n) * 90_000) / fps);
			this.#counts.push((this.#counts.at(-1) ?? 0) + (isNew(n) ? 1 : 0));
			this.#inits.push(isNew(n) || n === 0 ? `init${n}` : (this.#inits[n - 1] ?? ""));
		}
		return this.#begins.findIndex((begin) => begin > now);
	}
}

/** Parts of whole frames that are no longer than `most`. */
function grid(begin: number, end: number, frame: number, most: number) {
	const step = Math.floor(most / frame) * frame;
	const parts = [];
	for (let at = begin; at < end; at += step) parts.push({ begin: at, duration: Math.min(step, end - at) });
	return parts;
}
