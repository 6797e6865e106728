import { type Cancel, type Millis, systemClock } from "#shared/base/clock";
import type { MediaPacket } from "#shared/formats/packet";
import { play } from "../../../cli/probe/play.ts";
import { Counter } from "../../../cli/probe/tally.ts";
import { isFrame } from "../../../cli/publish/clip.ts";
import { parsePlayUrl } from "../../../cli/stream-url.ts";
import { EncodersJudge } from "./encoders-judge.ts";
import { Meter, type Reading } from "./meter.ts";

/** What one viewer got. */
export type Sighting = {
	readonly edge: string;
	readonly frames: number;
	readonly lost: number;
	readonly dup: number;
	readonly back: number;
	readonly unknown: number;
	readonly headers: number;
	/** How many times an encoder followed another, over both tracks, the first included. */
	readonly runs: number;
	/** Codec headers that were in force already. */
	readonly headersAgain: number;
	/** Before the fault. */
	readonly baseline: Reading;
	/** From the fault on; `stallAt` counts from it. */
	readonly after: Reading;
	/** Why the play ended by itself; null where it did not. */
	readonly ended: string | null;
	/** No frame came for so long when it left. */
	readonly silentMs: Millis;
};

/** A viewer at an edge: judges every frame as it comes. `leave` ends it. */
export class ChaosViewer {
	readonly edge: string;
	/** All that came, where it was asked to keep it. */
	readonly packets: MediaPacket[] = [];
	readonly #meter = new Meter();
	readonly #judges: { readonly audio: EncodersJudge; readonly video: EncodersJudge };
	readonly #counter: Counter;
	readonly #headers = new Map<string, Uint8Array>();
	readonly #leave: Cancel;
	#headersAgain = 0;
	#baseline: Reading | undefined;
	#faultAt: Millis = 0;
	#ended: string | null = null;
	#sighting: Sighting | undefined;

	/** `sources` are the packets of each published file. */
	constructor(options: { edge: string; url: string; sources: readonly (readonly MediaPacket[])[]; keeps: boolean }) {
		const { edge, url, sources, keeps } = options;
		this.edge = edge;
		this.#judges = { audio: judgeOf("audio", sources), video: judgeOf("video", sources) };
		this.#counter = new Counter(systemClock.now(), this.#judges);
		this.#leave = play(parsePlayUrl(url), {
			onPacket: (packet) => {
				if (keeps) this.packets.push(packet);
				this.#note(packet);
			},
			onEnd: (error) => {
				this.#ended = error.message;
			},
		});
	}

	get frames(): number {
		return this.#counter.frames;
	}

	/** The play ended by itself. */
	get hasEnded(): boolean {
		return this.#ended !== null;
	}

	/** What it has got so far. */
	get soFar(): Pick<Sighting, "frames" | "lost" | "dup" | "back"> {
		return this.#counter.tally(systemClock.now());
	}

	/** From here on waits are measured: the burst at the join is over. */
	startBaseline(): void {
		this.#meter.take();
	}

	/** The fault is now. */
	startAfter(): void {
		if (this.#baseline) return;
		this.#baseline = this.#meter.take();
		this.#faultAt = systemClock.now();
	}

	/** An encoder begins its file again, so that its frames come once more. */
	forget(): void {
		for (const judge of Object.values(this.#judges)) judge.forget();
	}

	/** Ends the play; what it saw. */
	leave(): Sighting {
		if (this.#sighting) return this.#sighting;
		this.#leave();
		const now = systemClock.now();
		const { frames, lost, dup, back, unknown, headers } = this.#counter.tally(now);
		// One that ended by itself saw all there was until then.
		const end = this.#ended === null ? now : undefined;
		const baseline = this.#baseline ?? this.#meter.take(end);
		const after = this.#meter.take(end);
		this.#sighting = {
			...{ edge: this.edge, frames, lost, dup, back, unknown, headers, headersAgain: this.#headersAgain },
			runs: this.#judges.audio.runs + this.#judges.video.runs,
			baseline,
			after: { ...after, stallAt: after.stallAt - this.#faultAt },
			ended: this.#ended,
			silentMs: now - (this.#meter.lastAt ?? now),
		};
		return this.#sighting;
	}

	#note(packet: MediaPacket): void {
		const now = systemClock.now();
		this.#counter.add(packet, now);
		const { kind, role, payload } = packet;
		if (isFrame(packet)) this.#meter.frame(packet, now);
		if (role !== "header") return;
		const inForce = this.#headers.get(kind);
		if (inForce && Buffer.compare(inForce, payload) === 0) this.#headersAgain++;
		this.#headers.set(kind, payload);
	}
}

const judgeOf = (kind: MediaPacket["kind"], sources: readonly (readonly MediaPacket[])[]): EncodersJudge =>
	new EncodersJudge(sources.map((source) => source.filter((packet) => packet.kind === kind && isFrame(packet))));
