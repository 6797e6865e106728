import { expect, test } from "vitest";
import { status } from "#shared/rtmp/session";
import { after, NEW_PLAYER, type Player, type PlayerCall } from "./player.ts";

const there = { type: "there" } as const;
const pause = (at?: number) => ({ type: "pause", paused: true, at }) as const;
const unpause = (at?: number) => ({ type: "pause", paused: false, at }) as const;
const audio = (wanted: boolean) => ({ type: "receive", track: "audio", wanted }) as const;
const video = (wanted: boolean) => ({ type: "receive", track: "video", wanted }) as const;
const seek = (at?: number) => ({ type: "seek", at }) as const;
const { pauseNotify, unpauseNotify, seekNotify, seekFailed, playStart } = status;

type Row = { when: string; calls: PlayerCall[]; reader: string; says?: string[]; flows?: object; from?: number };
const BOTH = { audio: true, video: true };

/** What the last call of each does; `flows` is what the reader's form lets through once it joins. */
const rows: Row[] = [
	{ when: "the stream comes", calls: [there], reader: "join" },
	{ when: "paused before the stream is there", calls: [pause(7)], reader: "as-it-is", says: [pauseNotify] },
	{ when: "the stream comes to a paused player", calls: [pause(7), there], reader: "hold" },
	{
		when: "unpaused once the stream is there",
		calls: [pause(7), there, unpause(9)],
		reader: "join",
		says: [unpauseNotify],
	},
	{
		when: "paused and unpaused before the stream is there",
		calls: [pause(), unpause(), there],
		reader: "join",
	},
	{ when: "paused", calls: [there, pause(7)], reader: "hold", says: [pauseNotify], from: 7 },
	{ when: "paused twice", calls: [there, pause(7), pause(9)], reader: "as-it-is", says: [pauseNotify], from: 7 },
	{
		when: "unpaused: time goes on from where it stood",
		calls: [there, pause(7), unpause(9)],
		reader: "join",
		says: [unpauseNotify],
		from: 7,
	},
	{ when: "unpaused without a pause", calls: [there, unpause(9)], reader: "as-it-is", says: [unpauseNotify] },
	{ when: "a track less", calls: [there, audio(false)], reader: "join", flows: { audio: false, video: true } },
	{ when: "the same track less again", calls: [there, video(false), video(false)], reader: "as-it-is" },
	{ when: "a track that is there wanted again", calls: [there, video(true)], reader: "as-it-is" },
	{
		when: "a track less before the stream is there",
		calls: [video(false), there],
		reader: "join",
		flows: { audio: true, video: false },
	},
	{ when: "a track less while paused", calls: [there, pause(7), audio(false)], reader: "hold", from: 7 },
	{
		when: "unpaused with the tracks asked for meanwhile",
		calls: [there, pause(7), audio(false), unpause(9)],
		reader: "join",
		says: [unpauseNotify],
		flows: { audio: false, video: true },
		from: 7,
	},
	{
		when: "a track back while paused before the stream was there",
		calls: [pause(), video(false), there, video(true)],
		reader: "hold",
	},
	{ when: "seeking", calls: [there, seek(5000)], reader: "join", says: [seekNotify, playStart], from: 5000 },
	{ when: "seeking nowhere", calls: [there, seek()], reader: "join", says: [seekNotify, playStart] },
	{ when: "seeking before the stream is there", calls: [seek(5000)], reader: "as-it-is", says: [seekFailed] },
	{
		when: "seeking while paused",
		calls: [there, pause(7), seek(5000)],
		reader: "hold",
		says: [seekNotify],
		from: 5000,
	},
	{
		when: "unpaused where it sought",
		calls: [there, pause(7), seek(5000), unpause(9)],
		reader: "join",
		says: [unpauseNotify],
		from: 5000,
	},
];

test.for(rows)("$when: $reader", ({ calls, reader, says = [], flows = BOTH, from }) => {
	let player: Player = NEW_PLAYER;
	let last: Omit<ReturnType<typeof after>, "player"> | undefined;
	for (const call of calls) ({ player, ...last } = after(player, call));
	expect(last).toEqual({ reader, says });
	if (reader === "join") expect(player.tracks).toEqual(flows);
	expect(player.from?.at).toBe(from);
});
