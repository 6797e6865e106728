import { hash } from "node:crypto";
import type { Millis } from "#shared/base/clock";
import type { MediaPacket } from "#shared/formats/packet";

/** What one frame tells about its track: how many were missed before it, and whether it was had before or is nobody's. */
export type Verdict = { readonly lost: number; readonly isRepeated?: true; readonly isUnknown?: true };

/** Judges the coded frames of one track, in the order and at the moments they arrive. */
export interface TrackJudge {
	judge(frame: MediaPacket, now: Millis): Verdict;
}

export const FINE: Verdict = { lost: 0 };

/** What a frame is known by. */
export const fingerprint = (payload: Uint8Array): string => hash("sha1", payload, "base64");
