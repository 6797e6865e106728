import { Program } from "./process.ts";

/** ffmpeg decodes an input to its end and prints a checksum and a time for each frame. */
export const decode = (input: string): Program =>
	new Program("ffmpeg", ["-v", "warning", "-nostdin", "-i", input, "-f", "framemd5", "-"], { apt: "ffmpeg" });

/** Checksums of what was decoded, in order, and whatever else ffmpeg said. */
export type Decoded = { pictures: string[]; sounds: string[]; complaints: string[] };

/** Lines are `track, dts, pts, duration, size, checksum`; whatever else is printed is a warning or an error. */
export function decodedBy({ output }: Program): Decoded {
	const lines = output.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
	const frames = lines.map((line) => /^([01]),\s*\d+,\s*(-?\d+),.*, ([0-9a-f]{32})$/.exec(line));
	const checksums = (track: string) => frames.flatMap((frame) => (frame?.[1] === track ? [frame[3] ?? ""] : []));
	return {
		pictures: checksums("0"),
		sounds: checksums("1"),
		complaints: lines.filter((_, index) => !frames[index]),
	};
}
