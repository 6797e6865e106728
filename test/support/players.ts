import { existsSync, readFileSync } from "node:fs";
import { readFlv } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";
import { Program } from "./process.ts";

/** A real player that writes what it receives as FLV, and ends when the stream does. Disposing kills it. */
export class Recording implements AsyncDisposable {
	readonly program: Program;
	readonly #file: string;

	constructor(program: Program, file: string) {
		this.program = program;
		this.#file = file;
	}

	/** Waits for the stream's end; what was written. Throws with the player's words where that is nothing. */
	async packets(): Promise<MediaPacket[]> {
		await this.program.exited;
		if (!existsSync(this.#file)) throw new Error(`${this.program.name} wrote nothing: ${this.program.output}`);
		return readFlv(readFileSync(this.#file));
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.program[Symbol.asyncDispose]();
	}
}

type Play = { url: string; file: string };

const QUIET_FFMPEG = ["-v", "error", "-nostdin", "-y"];

/** Plays by ffmpeg, RTMP and HTTP alike; frames are copied as they are. */
export function playWithFfmpeg({ url, file }: Play): Recording {
	const args = [...QUIET_FFMPEG, "-i", url, "-c", "copy", "-f", "flv", file];
	return new Recording(new Program("ffmpeg", args, { apt: "ffmpeg" }), file);
}

/** Plays RTMP by rtmpdump, which writes every message as it came. */
export function playWithRtmpdump({ url, file }: Play): Recording {
	const args = ["--quiet", "--live", "--rtmp", url, "--flv", file];
	return new Recording(new Program("rtmpdump", args, { apt: "rtmpdump" }), file);
}

/** Fetches HTTP-FLV by curl. */
export function playWithCurl({ url, file }: Play): Recording {
	const args = ["--silent", "--show-error", "--output", file, url];
	return new Recording(new Program("curl", args, { apt: "curl" }), file);
}

/** Publishes an FLV file by ffmpeg in real time; ends when the file does. */
export function publishWithFfmpeg(file: string, url: string): Program {
	return new Program("ffmpeg", [...QUIET_FFMPEG, "-re", "-i", file, "-c", "copy", "-f", "flv", url], { apt: "ffmpeg" });
}
