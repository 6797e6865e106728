import type { VideoConfig } from "#shared/formats/codec";
import type { BoxWriter } from "./box-writer.ts";

/** A video track whose picture size is known. */
export type SizedVideo = VideoConfig & { readonly width: number; readonly height: number };

/** 72 dots an inch in 16.16 fixed point; nobody looks at it (§12.1.3). */
const RESOLUTION = 0x48_0000;
/** 24 bits a pixel without transparency (§12.1.3). */
const DEPTH = 0x18;

/** Sample entry and configuration box: ISO/IEC 14496-15 §5.4.2.1 and §8.4.1.1, and the AV1 and VP9 bindings. */
const BOXES = {
	h264: { entry: "avc1", configuration: "avcC" },
	hevc: { entry: "hvc1", configuration: "hvcC" },
	av1: { entry: "av01", configuration: "av1C" },
	vp9: { entry: "vp09", configuration: "vpcC" },
} as const satisfies Record<VideoConfig["codec"], object>;

/** VisualSampleEntry with the codec's configuration box, ISO/IEC 14496-12 §12.1.3. */
export function writeVideoEntry(writer: BoxWriter, { codec, width, height, record }: SizedVideo): void {
	const boxes = BOXES[codec];
	const entry = writer.begin(boxes.entry);
	writer.zeros(6).u16(1).zeros(16);
	writer.u16(width).u16(height).u32(RESOLUTION).u32(RESOLUTION);
	writer.u32(0).u16(1).zeros(32).u16(DEPTH).u16(0xffff);
	const configuration = codec === "vp9" ? writer.beginFull("vpcC", 1, 0) : writer.begin(boxes.configuration);
	writer.copy(record).end(configuration).end(entry);
}
