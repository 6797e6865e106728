import { bodyOf, codecOf } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";
import { trackOfHeader } from "./track.ts";

/** The codec among those of a stream's headers that MPEG-TS has no room for, as `codecOf` calls it; undefined where all fit. */
export function misfitAmong(headers: readonly MediaPacket[]): string | undefined {
	// Tracks beside the main one are left out of the transport stream.
	const main = headers.filter((header) => header.role === "header" && bodyOf(header) !== undefined);
	const misfit = main.find((header) => trackOfHeader(header) === undefined);
	return misfit && codecOf(misfit.kind, misfit.payload);
}
