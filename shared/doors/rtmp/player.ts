import type { Millis } from "#shared/base/clock";
import { type StatusCode, status } from "#shared/rtmp/session";
import type { Tracks } from "./wire-forms.ts";

/**
 * What one player has asked for so far, as values: nothing here acts.
 *
 * waiting ──there──> playing <──pause──> paused; a pause before the stream is there holds, too.
 */
export type Player = {
	readonly isThere: boolean;
	readonly isPaused: boolean;
	readonly tracks: Tracks;
	/** Where the player's time goes on with what flows next; a new object for each new place. Undefined: the stream's own time. */
	readonly from: { readonly at: Millis } | undefined;
};

/** `at` is where the player's time stands, or what it seeks. */
export type PlayerCall =
	| { readonly type: "there" }
	| { readonly type: "pause"; readonly paused: boolean; readonly at: Millis | undefined }
	| { readonly type: "receive"; readonly track: keyof Tracks; readonly wanted: boolean }
	| { readonly type: "seek"; readonly at: Millis | undefined };

/** Before its first call. */
export const NEW_PLAYER: Player = {
	isThere: false,
	isPaused: false,
	tracks: { audio: true, video: true },
	from: undefined,
};

/** What follows from a call: `join` begins at the newest keyframe, whatever flowed before, `hold` lets nothing through. */
export type Step = {
	readonly player: Player;
	readonly reader: "as-it-is" | "join" | "hold";
	/** Said before anything flows. */
	readonly says: readonly StatusCode[];
};

/** The player after a call. */
export function after(player: Player, call: PlayerCall): Step {
	switch (call.type) {
		case "there":
			return { ...readerOf({ ...player, isThere: true }), says: [] };
		case "pause":
			return pause(player, call);
		case "receive":
			if (player.tracks[call.track] === call.wanted) return { player, reader: "as-it-is", says: [] };
			return { ...readerOf({ ...player, tracks: { ...player.tracks, [call.track]: call.wanted } }), says: [] };
		case "seek":
			return seek(player, call);
	}
}

function pause(player: Player, { paused, at }: Extract<PlayerCall, { type: "pause" }>): Step {
	const says = [paused ? status.pauseNotify : status.unpauseNotify];
	if (player.isPaused === paused) return { player, reader: "as-it-is", says };
	// A player counts on from where it stood still: with the stream's own time it would wait for as long as it was paused.
	const from = paused && player.isThere && at !== undefined ? { at } : player.from;
	return { ...readerOf({ ...player, isPaused: paused, from }), says };
}

/** A live stream has one place to be at. What was sought is where the player's time goes on, so that it waits for nothing. */
function seek(player: Player, { at }: Extract<PlayerCall, { type: "seek" }>): Step {
	if (!player.isThere) return { player, reader: "as-it-is", says: [status.seekFailed] };
	const sought = at === undefined ? player : { ...player, from: { at } };
	return { ...readerOf(sought), says: player.isPaused ? [status.seekNotify] : [status.seekNotify, status.playStart] };
}

function readerOf(player: Player): Pick<Step, "player" | "reader"> {
	if (!player.isThere) return { player, reader: "as-it-is" };
	return { player, reader: player.isPaused ? "hold" : "join" };
}
