import { spawnSync } from "node:child_process";
import { createFile, type ISOFile, MP4BoxBuffer, type Sample } from "mp4box";

/** A file as an independent reader understands it. */
export function parseMp4(...pieces: readonly Uint8Array[]): ISOFile {
	const file = createFile(true);
	const bytes = Buffer.concat(pieces);
	const { buffer, byteOffset, length } = bytes;
	file.appendBuffer(
		MP4BoxBuffer.fromArrayBuffer(buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer, 0),
		true,
	);
	file.flush();
	return file;
}

/** What is said of the samples of the only track, in the order of the file. */
export const samplesOf = (...pieces: readonly Uint8Array[]): Sample[] => parseMp4(...pieces).getTrackSamplesInfo(1);

/** What ffmpeg decodes of it: a line for each frame with its times and the hash of what is seen or heard. Throws on any complaint. */
export function decodedFrames(bytes: Uint8Array, format = "mp4"): string[] {
	const { stdout, stderr, status } = spawnSync(
		"ffmpeg",
		["-v", "error", "-f", format, "-i", "pipe:0", "-vsync", "passthrough", "-f", "framemd5", "pipe:1"],
		{ input: bytes, maxBuffer: 64 * 1024 * 1024 },
	);
	const complaint = stderr.toString().trim();
	if (status !== 0 || complaint !== "") throw new Error(`ffmpeg: status ${status}, ${complaint.slice(0, 500)}`);
	return stdout
		.toString()
		.split("\n")
		.filter((line) => line !== "" && !line.startsWith("#"));
}

/** The hashes alone. */
export const hashesOf = (frames: readonly string[]): string[] =>
	frames.map((line) => line.split(",").at(-1)?.trim() ?? "");
