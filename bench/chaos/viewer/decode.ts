import { spawn } from "node:child_process";
import { once } from "node:events";
import { encodeFlvTag, FLV_HEADER } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";

const DECODER = "ffmpeg";
/**
 * Pictures keep their milliseconds. Counted in pictures, as ffmpeg does by itself, those of a timeline half a picture off
 * would now and then round to the same number, which is nothing a player would see.
 */
const ARGUMENTS = ["-v", "error", "-f", "flv", "-i", "pipe:0", "-enc_time_base:v", "1:1000", "-f", "null", "-"];
/** As much of what the decoder says is kept. */
const MAX_WORDS = 500;

/** Lets ffmpeg decode what a viewer got; what it complains about, empty where it does not. */
export async function complaintsOf(packets: readonly MediaPacket[]): Promise<string> {
	const ffmpeg = spawn(DECODER, ARGUMENTS, { stdio: ["pipe", "ignore", "pipe"] });
	let words = "";
	ffmpeg.stderr.on("data", (bytes: Buffer) => {
		words = (words + bytes.toString()).slice(0, MAX_WORDS);
	});
	// It may end before it has read all.
	ffmpeg.stdin.on("error", () => {});
	ffmpeg.stdin.end(Buffer.concat([FLV_HEADER, ...packets.map(encodeFlvTag)]));
	const [code] = await once(ffmpeg, "close");
	return code === 0 ? words.trim() : `status ${code}: ${words.trim()}`;
}
