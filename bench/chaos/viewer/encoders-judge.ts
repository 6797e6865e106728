import type { Millis } from "#shared/base/clock";
import type { MediaPacket } from "#shared/formats/packet";
import { SourceJudge } from "../../../cli/probe/source-judge.ts";
import type { TrackJudge, Verdict } from "../../../cli/probe/verdict.ts";

/**
 * Judges a track that comes from one encoder or another: each frame is known by its payload, and has its place in what
 * that encoder publishes. What is missing where one follows the other cannot be told.
 */
export class EncodersJudge implements TrackJudge {
	readonly #files: readonly (readonly MediaPacket[])[];
	#judges: readonly SourceJudge[];
	/** Of the encoder that brought the last frame. */
	#current: SourceJudge | undefined;
	#runs = 0;

	/** Takes the coded frames of each encoder. */
	constructor(files: readonly (readonly MediaPacket[])[]) {
		this.#files = files;
		this.#judges = this.#anew();
	}

	/** How many times an encoder followed another, the first included. */
	get runs(): number {
		return this.#runs;
	}

	/** An encoder begins its file again: what was seen of it before may come once more. */
	forget(): void {
		this.#judges = this.#anew();
		this.#current = undefined;
	}

	judge(frame: MediaPacket, now: Millis): Verdict {
		const former = this.#current;
		for (const judge of former ? [former, ...this.#judges] : this.#judges) {
			const verdict = judge.judge(frame, now);
			if (verdict.isUnknown) continue;
			if (judge === former) return verdict;
			this.#current = judge;
			this.#runs++;
			return { ...verdict, lost: 0 };
		}
		return { lost: 0, isUnknown: true };
	}

	#anew(): SourceJudge[] {
		return this.#files.map((frames) => new SourceJudge(frames));
	}
}
