import type { MediaPacket } from "#shared/media";
import { FINE, fingerprint, type TrackJudge, type Verdict } from "../../../cli/probe/verdict.ts";

/** Judges a track that may come from one encoder or another: each frame is some encoder's. What is missing cannot be told. */
export class UnionJudge implements TrackJudge {
	readonly #known: ReadonlySet<string>;

	/** Takes the coded frames of all encoders. */
	constructor(frames: readonly MediaPacket[]) {
		this.#known = new Set(frames.map(({ payload }) => fingerprint(payload)));
	}

	judge({ payload }: MediaPacket): Verdict {
		return this.#known.has(fingerprint(payload)) ? FINE : { lost: 0, isUnknown: true };
	}
}
