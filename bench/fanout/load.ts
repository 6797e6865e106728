import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { PeerLostError } from "#shared/base/errors";
import { parseRtmpUrl } from "../../cli/stream-url.ts";
import { LineProgram } from "./line-program.ts";
import type { NativePrograms } from "./native.ts";
import { playOpening } from "./opening.ts";

const LOOK_EVERY_MS = 50;
/** A server without a keyframe for all of them after so long has too much to do. */
const PLAYING_WITHIN_MS = 30_000;

/**
 * What a viewer does: `read` all it gets and acknowledge it, `silent` without acknowledging, `trickle` a byte a second,
 * `half` about half of it, `stop` nothing at all behind the handshake.
 */
export type ViewerKind = "read" | "silent" | "trickle" | "half" | "stop";

/** What the load has counted since its mark. */
export type Told = {
	readonly dialled: number;
	readonly open: number;
	/** Viewers that have had their first keyframe. */
	readonly playing: number;
	readonly ms: number;
	readonly bytes: number;
	/** Data segments that came in: one for each write, unless several were put together. */
	readonly segments: number;
	/** The longest time one of those who were there at the mark got nothing. */
	readonly gapMs: number;
};

/** Milliseconds from the dial to the first whole keyframe, and data segments of the answer to `play` until then. */
export type Wait = readonly [ms: number | null, segments: number | null];

/** Many viewers in one process that cost little. Disposing hangs all of them up. */
export class Load implements AsyncDisposable {
	readonly #program: LineProgram;
	#wanted = 0;

	private constructor(program: LineProgram) {
		this.#program = program;
	}

	/** Viewers of an RTMP stream. */
	static async ofStream({ load, folder }: NativePrograms, url: string, signal: AbortSignal): Promise<Load> {
		const { port, app, name, tcUrl } = parseRtmpUrl(url);
		const opening = join(folder, `opening-${port}`);
		await writeFile(opening, playOpening(app, name, tcUrl));
		return new Load(new LineProgram(load, [`${port}`, opening], signal));
	}

	/** Sockets that read whatever comes. */
	static ofBytes({ load }: NativePrograms, port: number, signal: AbortSignal): Load {
		return new Load(new LineProgram(load, [`${port}`], signal));
	}

	/** Done when the last of them has dialled. */
	async join(count: number, spreadMs: number, kind: ViewerKind): Promise<void> {
		this.#wanted += count;
		await this.#program.ask(`join ${count} ${spreadMs} ${kind}`);
		while ((await this.tell()).dialled < this.#wanted) await pause(LOOK_EVERY_MS);
	}

	/** Counts from here on. */
	async mark(): Promise<void> {
		await this.#program.ask("mark");
	}

	async tell(): Promise<Told> {
		return JSON.parse(await this.#program.ask("tell")) as Told;
	}

	/** Of each viewer of the last `join`. */
	async waits(): Promise<Wait[]> {
		return JSON.parse(await this.#program.ask("waits")) as Wait[];
	}

	/** Waits until `count` viewers have their first keyframe. Throws PeerLostError. */
	async playing(count: number, signal: AbortSignal): Promise<void> {
		const until = performance.now() + PLAYING_WITHIN_MS;
		for (let told = await this.tell(); told.playing < count; told = await this.tell()) {
			if (told.open < told.dialled) throw new PeerLostError(`${told.dialled - told.open} viewers were sent away`);
			if (performance.now() > until) throw new PeerLostError(`${told.playing} of ${count} viewers got a keyframe`);
			await pause(LOOK_EVERY_MS, undefined, { signal });
		}
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.#program[Symbol.asyncDispose]();
	}
}
