import { systemClock } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";
import { untilPlaying } from "../../../cli/lab/until-playing.ts";
import { parsePlayUrl } from "../../../cli/stream-url.ts";

type Edge = { readonly id: string; readonly rtmp: string };

/** Waits until a viewer gets frames at each of these edges. Throws StartError, and the signal's reason. */
export async function untilAllPlay(edges: readonly Edge[], key: string, signal: AbortSignal): Promise<void> {
	const playing = await Promise.all(
		edges.map(({ rtmp }) => untilPlaying(parsePlayUrl(`${rtmp}/${key}`), systemClock, signal)),
	);
	signal.throwIfAborted();
	const mute = edges.filter((_, place) => !playing[place]).map(({ id }) => id);
	if (mute.length > 0) throw new StartError(`nothing can be watched at ${mute.join(", ")}`);
}
