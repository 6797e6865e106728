import type { MediaPacket } from "#shared/formats/packet";
import { demoClip } from "./clip.ts";

/** Length of the demo clip. */
const LOOP_MS = 10_000;
/** A NAL unit of filler data (H.264 §7.3.2.7), which decoders skip. */
const FILLER_UNIT = 0x0c;
const FILLER = 0xff;
const LENGTH_BYTES = 4;

/** How long and how heavy. */
export type HeavyClipSize = { readonly seconds: number; readonly megabitsPerSecond: number };

/** The demo clip over and over, its pictures filled up to this rate; each loop's frames bear its number, so that no two are alike. */
export function heavyClip({ seconds, megabitsPerSecond }: HeavyClipSize): MediaPacket[] {
	const clip = demoClip();
	const isFrame = ({ role }: MediaPacket): boolean => role === "keyframe" || role === "frame";
	const frames = clip.filter(isFrame);
	const pictures = frames.filter(({ kind }) => kind === "video").length;
	const fill = Math.round((megabitsPerSecond * 1e6 * LOOP_MS) / 1000 / 8 / pictures);
	const packets = clip.filter((packet) => !isFrame(packet));
	for (let loop = 0; loop * LOOP_MS < seconds * 1000; loop++) {
		for (const { payload, ...frame } of frames) {
			const more = frame.kind === "video" ? filler(fill, loop) : Buffer.of(loop);
			packets.push({ ...frame, time: frame.time + loop * LOOP_MS, payload: Buffer.concat([payload, more]) });
		}
	}
	return packets.filter(({ time }) => time < seconds * 1000);
}

function filler(bytes: number, mark: number): Buffer {
	const unit = Buffer.alloc(LENGTH_BYTES + bytes, FILLER);
	unit.writeUInt32BE(bytes);
	unit[LENGTH_BYTES] = FILLER_UNIT;
	// Never 0: a row of them would look like the start of another unit.
	unit[LENGTH_BYTES + 1] = 1 + mark;
	return unit;
}
