import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFlv } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";
import { demoClip } from "../../cli/project.ts";

/** 30 pictures a second, one in 30 a keyframe, beside AAC of 48 kHz: 1.1 Mb/s. */
const FRAME_MS = 1_000 / 30;
const GROUP = 30;
const AUDIO_MS = 1_024_000 / 48_000;
const BYTES = { keyframe: 24_000, picture: 3_500, audio: 256 } as const;

/** FLV's and H.264's own bytes, as a server may look at them; the frame's number stands behind. */
const KEYFRAME = Buffer.of(0x17, 1, 0, 0, 0, 0, 0, BYTES.keyframe >> 8, BYTES.keyframe & 0xff, 0x65);
const PICTURE = Buffer.of(0x27, 1, 0, 0, 0, 0, 0, BYTES.picture >> 8, BYTES.picture & 0xff, 0x41);
const AUDIO = Buffer.of(0xaf, 1);

/** What the frames are filled with; larger than a frame, so that each can begin elsewhere. */
const NOISE = randomBytes(64 * 1024);

/** Frames of a live stream without end in the order of their time, no two of the same payload, each with its number in it. */
export function* testFrames(): Generator<MediaPacket> {
	let [pictures, sounds] = [0, 0];
	for (let number = 0; ; number++) {
		if (pictures * FRAME_MS <= sounds * AUDIO_MS) {
			const isKeyframe = pictures % GROUP === 0;
			const payload = isKeyframe ? filled(KEYFRAME, BYTES.keyframe, number) : filled(PICTURE, BYTES.picture, number);
			yield { kind: "video", role: isKeyframe ? "keyframe" : "frame", time: Math.round(pictures * FRAME_MS), payload };
			pictures++;
		} else {
			const payload = filled(AUDIO, BYTES.audio, number);
			yield { kind: "audio", role: "frame", time: Math.round(sounds * AUDIO_MS), payload };
			sounds++;
		}
	}
}

/** The number `testFrames` gave a frame, wherever it has been since. */
export function numberOf({ kind, payload }: MediaPacket): number {
	const { buffer, byteOffset, byteLength } = payload;
	return new DataView(buffer, byteOffset, byteLength).getUint32(kind === "video" ? KEYFRAME.length : AUDIO.length);
}

/** Metadata and codec headers to begin with: those of the demo clip, whose formats these are. */
export const testHeaders = (): MediaPacket[] =>
	readFlv(readFileSync(demoClip()))
		.filter(({ role }) => role === "header" || role === "metadata")
		.map((packet) => ({ ...packet, time: 0 }));

function filled(head: Buffer, bytes: number, number: number): Buffer {
	const payload = Buffer.allocUnsafe(bytes);
	head.copy(payload);
	const at = payload.writeUInt32BE(number, head.length);
	const from = (number * 251) % (NOISE.length - bytes);
	NOISE.copy(payload, at, from, from + bytes - at);
	return payload;
}
