import { parse, setOptions, types } from "hls-parser";
import { expect, test } from "vitest";
import { type SimulatedOptions, SimulatedStream } from "../../../test/support/simulated-stream.ts";
import { HlsSeries } from "./series.ts";

const HOUR_MS = 3_600_000;
const options = { segmentMs: 2000, partMs: 500, windowMs: 20_000 };

setOptions({ strictMode: true });

/** What a player that reloads now and then gets: every playlist is read by hls-parser, which throws at a breach of the RFC. */
function* playlists(untilMs: number, about: SimulatedOptions = {}, stepMs = 480) {
	const stream = new SimulatedStream(about);
	const series = new HlsSeries(options);
	for (let ms = 1000; ms <= untilMs; ms += stepMs) {
		series.update(stream.at(ms), false);
		for (const kind of ["video", "audio"] as const) {
			const text = series.write(kind, false) ?? expect.fail(`no ${kind} at ${ms}`);
			const delta = series.write(kind, true) ?? expect.fail(`no ${kind} at ${ms}`);
			const playlist = parse(text);
			if (!(playlist instanceof types.MediaPlaylist)) expect.fail("a media playlist");
			yield { ms, kind, text, delta, playlist };
		}
	}
}

test("an hour of playlists has no breach, and nothing falls or changes that may not", () => {
	const last = { video: { msn: 0, dsn: 0 }, audio: { msn: 0, dsn: 0 } };
	for (const { kind, playlist, ms } of playlists(HOUR_MS, { isNew: (n) => n % 300 === 299 }, 4960)) {
		const { mediaSequenceBase = -1, discontinuitySequenceBase = -1 } = playlist;
		expect(mediaSequenceBase).toBeGreaterThanOrEqual(last[kind].msn);
		expect(discontinuitySequenceBase).toBeGreaterThanOrEqual(last[kind].dsn);
		last[kind] = { msn: mediaSequenceBase, dsn: discontinuitySequenceBase };
		expect(playlist.targetDuration).toBe(2);
		expect(playlist.partTargetDuration).toBe(0.5);
		expect(playlist.lowLatencyCompatibility).toEqual({
			canBlockReload: true,
			canSkipUntil: 12,
			partHoldBack: 1.5,
		});
		if (ms > 30_000) expect(durationOf(playlist)).toBeGreaterThanOrEqual(6);
	}
	expect(last.video.dsn).toBe(5);
	expect(last.audio.dsn).toBe(5);
}, 60_000);

const durationOf = ({ segments }: types.MediaPlaylist) => segments.reduce((sum, { duration = 0 }) => sum + duration, 0);

test.for([
	["30 frames a second", { fps: 30 }],
	["60 frames a second", { fps: 60 }],
	["24 frames a second", { fps: 24 }],
	["keyframes that come when they like", { frames: (n: number) => 50 + ((n * 7) % 12) }],
] satisfies [string, SimulatedOptions][])("playlists of %s have no breach", ([, about]) => {
	expect([...playlists(60_000, about)].length).toBeGreaterThan(200);
});

test("a reader who joins the deltas to what it has, has the whole playlist", () => {
	const had = { video: new Map<number, string>(), audio: new Map<number, string>() };
	for (const { kind, playlist, text, delta } of playlists(120_000)) {
		const changed = parse(delta);
		if (!(changed instanceof types.MediaPlaylist)) expect.fail("a media playlist");
		const uris = new Map(playlist.segments.map(({ mediaSequenceNumber, uri }) => [mediaSequenceNumber, uri]));
		const { skip = 0, mediaSequenceBase = 0 } = changed;
		const joined = new Map<number, string>();
		for (let at = 0; at < skip; at++) joined.set(mediaSequenceBase + at, had[kind].get(mediaSequenceBase + at) ?? "?");
		for (const { mediaSequenceNumber, uri } of changed.segments) joined.set(mediaSequenceNumber, uri);
		expect(joined).toEqual(uris);
		had[kind] = uris;
		if (uris.size > 9) expect(delta.length).toBeLessThan(text.length);
	}
});

test("what is newer than six target durations is never skipped", () => {
	const sum = (text: string, length: RegExp) =>
		[...text.matchAll(length)].reduce((all, [, one]) => all + Number(one), 0);
	for (const { delta } of playlists(60_000)) {
		if (!delta.includes("#EXT-X-SKIP")) continue;
		const growing = delta.slice(delta.lastIndexOf("#EXTINF"));
		expect(sum(delta, /#EXTINF:([\d.]+)/g) + sum(growing, /PART:DURATION=([\d.]+)/g)).toBeGreaterThan(11.9999);
	}
});

test("parts are told of the last segments only, and each has its place in time", () => {
	for (const { text, playlist } of playlists(30_000)) {
		expect(text.match(/#EXT-X-PROGRAM-DATE-TIME/g)?.length).toBeGreaterThanOrEqual(playlist.segments.length - 1);
		expect(playlist.segments.filter(({ parts }) => parts.some(({ hint }) => !hint)).length).toBeLessThanOrEqual(3);
	}
});

test("the hinted part is the one that comes", () => {
	const hints: string[] = [];
	for (const { kind, text } of playlists(30_000)) {
		if (kind !== "video") continue;
		const hint = hints.at(-1);
		if (hint !== undefined && !text.includes(`HINT:TYPE=PART,URI="${hint}"`)) expect(text).toContain(`URI="${hint}"`);
		hints.push(/HINT:TYPE=PART,URI="([^"]+)"/.exec(text)?.[1] ?? expect.fail("no hint"));
	}
});

test("each rendition tells where the other one is", () => {
	for (const { kind, text } of playlists(30_000)) {
		const other = kind === "video" ? "audio" : "video";
		expect(text).toMatch(
			new RegExp(`^#EXT-X-RENDITION-REPORT:URI="${other}.m3u8",LAST-MSN=88\\d+,LAST-PART=\\d$`, "m"),
		);
	}
});

test("a discontinuity brings its tag, its init segment and its date before the first part", () => {
	const stream = new SimulatedStream({ isNew: (n) => n === 3 });
	const series = new HlsSeries(options);
	series.update(stream.at(6_600), false);
	expect(series.write("video", false)).toContain(
		[
			"video-882000002.m4s",
			"#EXT-X-DISCONTINUITY",
			'#EXT-X-MAP:URI="video-init-init3.mp4"',
			"#EXT-X-PROGRAM-DATE-TIME:2025-11-24T16:00:06.000Z",
			'#EXT-X-PART:DURATION=0.48000,URI="video-882000003.0.m4s",INDEPENDENT=YES',
			'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="video-882000003.1.m4s"',
		].join("\n"),
	);
});

test("who begins later lists discontinuities alike", () => {
	const stream = new SimulatedStream({ isNew: (n) => n === 3 || n === 27 });
	const [early, late] = [new HlsSeries(options), new HlsSeries(options)];
	for (let ms = 1_000; ms < 60_000; ms += 480) early.update(stream.at(ms), false);
	for (let ms = 60_000; ms < 90_000; ms += 480) {
		for (const series of [early, late]) series.update(stream.at(ms), false);
		for (const kind of ["video", "audio"] as const) expect(late.write(kind, false)).toBe(early.write(kind, false));
	}
	expect(early.write("video", false)).toContain("#EXT-X-DISCONTINUITY-SEQUENCE:2\n");
});

test("a stream that is over says so, and hints at nothing", () => {
	const stream = new SimulatedStream();
	const series = new HlsSeries(options);
	series.update(stream.at(30_000), true);
	const text = series.write("video", true);
	expect(text).toMatch(/#EXT-X-ENDLIST\n$/);
	expect(text).not.toMatch(/PRELOAD-HINT|EXT-X-SKIP|EXT-X-PART:/);
});

test("keyframes farther apart than a segment lift the target duration once, and nothing falls with it", () => {
	const stream = new SimulatedStream({ frames: (n) => (n < 10 ? 50 : 125) });
	const series = new HlsSeries(options);
	const targets = new Set<number>();
	let first = 0;
	for (let ms = 1000; ms < 120_000; ms += 480) {
		series.update(stream.at(ms), false);
		const playlist = parse(series.write("video", false) ?? "");
		if (!(playlist instanceof types.MediaPlaylist)) expect.fail("a media playlist");
		targets.add(playlist.targetDuration);
		expect(playlist.mediaSequenceBase).toBeGreaterThanOrEqual(first);
		first = playlist.mediaSequenceBase ?? 0;
	}
	expect([...targets]).toEqual([2, 3, 4, 5]);
});

test("frames longer than a part come in whole segments", () => {
	const stream = new SimulatedStream({ fps: 1, partMs: 1000 });
	const series = new HlsSeries(options);
	series.update(stream.at(20_000), false);
	expect(series.write("video", false)).not.toContain("#EXT-X-PART:");
});

test("behind a gap in the numbers a playlist begins anew", () => {
	const [before, after] = [new SimulatedStream(), new SimulatedStream({ first: 882_001_000 })];
	const series = new HlsSeries(options);
	series.update(before.at(20_000), false);
	const both = before.at(20_000).map((track, at) => ({
		...track,
		segments: [...track.segments, ...(after.at(3_000)[at]?.segments ?? [])],
	}));
	series.update(both, false);
	expect(series.write("video", false)).toContain("#EXT-X-MEDIA-SEQUENCE:882001000\n");
});
