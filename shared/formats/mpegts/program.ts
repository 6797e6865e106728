import { bodyOf, codecOf } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";
import { nextVersion, programMap } from "./tables.ts";
import { type Track, trackOfFrame, trackOfHeader } from "./track.ts";

/** The tracks of a stream at one moment, and the table that lists them; replaced, never changed. */
export type Program = {
	/** What the tracks were read from: equal as long as no codec header changes. */
	readonly headers: readonly MediaPacket[];
	readonly video: Track | undefined;
	readonly audio: Track | undefined;
	readonly version: number;
	/** The program map section, with its pointer. */
	readonly map: Buffer;
	/** The PID whose packets bear the clock: the picture's, where there is one (ISO/IEC 13818-1 §2.4.4.9). */
	readonly pcrPid: number;
};

/** The PCR_PID of a program without a clock (§2.4.4.9). */
const NO_PID = 0x1fff;

export const NO_PROGRAM: Program = {
	headers: [],
	video: undefined,
	audio: undefined,
	version: 0x1f,
	map: Buffer.alloc(0),
	pcrPid: NO_PID,
};

export const tracksOf = ({ video, audio }: Program): Track[] => [video, audio].filter((track) => track !== undefined);

/**
 * The program as a frame finds it, with the codec headers in force there: the same object while nothing changes, and another
 * version where the list of tracks is another one.
 */
export function programAt(known: Program, frame: MediaPacket, headers: readonly MediaPacket[]): Program {
	const from = headers === known.headers ? known : ofHeaders(known, headers);
	return frame.kind === "audio" ? withSound(from, frame) : from;
}

function ofHeaders(known: Program, headers: readonly MediaPacket[]): Program {
	const video = trackOf("video", headers);
	// A codec without a header is on air until a frame of another one comes.
	const audio = known.audio && isWithoutHeader(known.audio, headers) ? known.audio : trackOf("audio", headers);
	return changed(known, { headers, video, audio });
}

/** The codec of sound changes with its frames: not every codec has a header. */
function withSound(known: Program, frame: MediaPacket): Program {
	const codec = codecOf("audio", frame.payload);
	if (codec === undefined || known.audio?.codec === codec) return known;
	const ofHeader = trackOf("audio", known.headers);
	const body = bodyOf(frame);
	const audio = ofHeader?.codec === codec ? ofHeader : body && trackOfFrame(codec, body);
	return audio ? changed(known, { ...known, audio }) : known;
}

const isWithoutHeader = ({ codec }: Track, headers: readonly MediaPacket[]): boolean =>
	headers.every(({ kind, payload }) => codecOf(kind, payload) !== codec);

function trackOf(kind: "audio" | "video", headers: readonly MediaPacket[]): Track | undefined {
	for (const header of headers) {
		const track = header.role === "header" && header.kind === kind ? trackOfHeader(header) : undefined;
		if (track) return track;
	}
	return undefined;
}

function changed(known: Program, { headers, video, audio }: Pick<Program, "headers" | "video" | "audio">): Program {
	const pcrPid = (video ?? audio)?.pid ?? NO_PID;
	const next = { headers, video, audio, pcrPid };
	const tracks = tracksOf({ ...known, ...next });
	const isSame = tracks.length === 0 || programMap(known.version, pcrPid, tracks).equals(known.map);
	const version = isSame ? known.version : nextVersion(known.version);
	return { ...next, version, map: isSame ? known.map : programMap(version, pcrPid, tracks) };
}
