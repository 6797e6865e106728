import type { MediaPacket } from "#shared/formats/packet";

const FPS = 25;
const AUDIO_MS = 20;

/** What a synthetic stream is made of; a keyframe each second unless it says otherwise. */
export type ClipSize = {
	readonly seconds: number;
	readonly keyframeBytes: number;
	readonly frameBytes: number;
	readonly groupSeconds?: number;
};

/** AVC sequence header and AudioSpecificConfig as FLV tags hold them; nobody decodes the frames, so no more than the head is real. */
const VIDEO_HEADER = Buffer.from(
	"1700000000014d401fffe1001a674d401fa6110280bfe5c044000003000400000300f03c60c84601000568e84314b2",
	"hex",
);
const AUDIO_HEADER = Buffer.from("af001190", "hex");

/** H.264 and AAC by the looks of their tags, of any length and rate; no two frames are alike. */
export function longClip({ seconds, keyframeBytes, frameBytes, groupSeconds = 1 }: ClipSize): MediaPacket[] {
	const packets: MediaPacket[] = [
		{ kind: "video", role: "header", time: 0, payload: VIDEO_HEADER },
		{ kind: "audio", role: "header", time: 0, payload: AUDIO_HEADER },
	];
	for (let number = 0; number < seconds * FPS; number++) {
		const isKey = number % (FPS * groupSeconds) === 0;
		const time = (number * 1000) / FPS;
		const [head, size] = isKey ? ["1701000000", keyframeBytes] : ["2701000000", frameBytes];
		packets.push({ kind: "video", role: isKey ? "keyframe" : "frame", time, payload: frame(head, number, size) });
		for (let at = time; at < time + 1000 / FPS; at += AUDIO_MS) {
			packets.push({ kind: "audio", role: "frame", time: at, payload: frame("af01", at, 250) });
		}
	}
	return packets;
}

function frame(head: string, number: number, size: number): Buffer {
	const payload = Buffer.alloc(size, number);
	payload.write(head, 0, "hex");
	payload.writeUInt32BE(number, head.length / 2);
	return payload;
}
