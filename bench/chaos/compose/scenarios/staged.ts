import { type Millis, systemClock } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";
import { untilPlaying } from "../../../../cli/lab/until-playing.ts";
import { Child } from "../../../../cli/processes/child.ts";
import { demoClip } from "../../../../cli/project.ts";
import { parsePlayUrl } from "../../../../cli/stream-url.ts";
import type { Act } from "../../act.ts";
import type { SceneNode } from "../../stage/scene.ts";
import { ComposeStage } from "../compose-stage.ts";

/** The stage of an act that is played in containers. */
export function composeStageOf(act: Act): ComposeStage {
	if (!(act.stage instanceof ComposeStage)) throw new StartError("this scenario is for containers");
	return act.stage;
}

/** Notes how long something took, and that it took too long where it did. */
export function timed(act: Act, what: string, tookMs: Millis, limitMs: Millis): void {
	const took = `${what} after ${Math.round(tookMs)} ms`;
	if (tookMs > limitMs) act.troubles.push(`${took}, ${limitMs} ms were allowed`);
	else act.remarks.push(took);
}

/** Plays a stream at an edge until its first keyframe; how long that took. A trouble where none comes at all. */
export async function timeToPlay(act: Act, edge: SceneNode, key: string): Promise<Millis> {
	const since = systemClock.now();
	const url = parsePlayUrl(`${edge.rtmp}/${key}`);
	const isPlaying = await untilPlaying(url, systemClock, act.manner.signal);
	act.manner.signal.throwIfAborted();
	if (!isPlaying) act.troubles.push(`${key} cannot be played at ${edge.id}`);
	return systemClock.now() - since;
}

let streams = 0;

/** A stream nobody has heard of, published to all origins. Ends when it is disposed of. */
export class NewStream implements AsyncDisposable {
	readonly key = `live/new${++streams}`;
	readonly #publisher: Child;

	constructor({ stage }: Act) {
		const urls = stage.tier("origin").map(({ rtmp }) => `${rtmp}/${this.key}`);
		this.#publisher = new Child({ args: ["publish", demoClip(), ...urls, "--loop"] });
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.#publisher[Symbol.asyncDispose]();
	}
}
