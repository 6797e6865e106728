import { setTimeout as pause } from "node:timers/promises";
import { Scope } from "#shared/base/runtime";
import { StopwatchPublisher } from "../support/stopwatch-publisher.ts";
import { Load } from "./load.ts";
import { CORES, type NativePrograms, pin } from "./native.ts";
import { Sample } from "./sample.ts";
import type { Server } from "./stage.ts";

/** Code is compiled and buffers have their size after so long. */
const SETTLE_MS = 2_000;
/** Viewers come within this. */
const JOIN_MS = 1_000;

/** A stream, viewers of it and among them those who are looked at. Disposing hangs up and ends the stream. */
export type Audience = AsyncDisposable & { readonly load: Load; readonly sample: Sample; readonly play: string };

export type AudienceOptions = {
	readonly viewers: number;
	readonly programs: NativePrograms;
	readonly signal: AbortSignal;
	fail(error: Error): void;
};

/** Fills a server that is alone on its core, until all of them have had a keyframe and some time has passed. */
export async function openAudience(server: Server, options: AudienceOptions): Promise<Audience> {
	const { viewers, programs, signal, fail } = options;
	const scope = new Scope();
	try {
		await pin(server.pid, CORES.server);
		const play = `${server.play}/live/fanout`;
		const publisher = await StopwatchPublisher.open([`${server.publish}/live/fanout`], { signal, onLost: fail });
		scope.use(publisher);
		const sample = scope.use(new Sample({ publisher, url: play, onEnd: fail }));
		sample.joinThird();
		const load = scope.use(await Load.ofStream(programs, play, signal));
		const half = Math.floor(viewers / 2);
		await load.join(half, JOIN_MS / 2, "read");
		await load.playing(half, signal);
		sample.joinThird();
		await load.join(viewers - half, JOIN_MS / 2, "read");
		await load.playing(viewers, signal);
		sample.joinThird();
		await pause(SETTLE_MS, undefined, { signal });
		return { load, sample, play, [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose]() };
	} catch (error) {
		await scope[Symbol.asyncDispose]();
		throw error;
	}
}
