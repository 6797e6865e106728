// @ts-expect-error mpd-parser has no types
import { parse as parseUntyped, parseUTCTiming } from "mpd-parser";
import { expect, test } from "vitest";
import { type SimulatedOptions, SimulatedStream } from "../../../test/support/simulated-stream.ts";
import { writeManifest } from "./manifest.ts";
import { DashPeriods } from "./periods.ts";

type Segment = { number: number; duration: number; resolvedUri: string; presentationTime: number; timeline: number };
type Playlist = { attributes: Record<string, unknown>; segments: (Segment & { map: { resolvedUri: string } })[] };
type Parsed = { playlists: Playlist[]; mediaGroups: { AUDIO: { audio: Record<string, { playlists: Playlist[] }> } } };

const MANIFEST = "http://192.0.2.1/live/a/manifest.mpd";
const BEGIN_MS = 1_764_000_000_000;

const parse = (text: string, ms: number): Parsed => parseUntyped(text, { manifestUri: MANIFEST, NOW: BEGIN_MS + ms });

function* manifests(untilMs: number, about: SimulatedOptions = {}, stepMs = 480) {
	const stream = new SimulatedStream({ kept: 12, ...about });
	const periods = new DashPeriods();
	for (let ms = 1000; ms <= untilMs; ms += stepMs) {
		const text = writeManifest({
			periods: periods.update(stream.at(ms)),
			segmentMs: 2000,
			partMs: 500,
			windowMs: 20_000,
			hasEnded: false,
			timeUrl: "time",
		});
		const parsed = parse(text, ms);
		const [video] = parsed.playlists;
		const [audio] = Object.values(parsed.mediaGroups.AUDIO.audio)[0]?.playlists ?? [];
		yield { ms, text, video: video ?? expect.fail("video"), audio: audio ?? expect.fail("audio"), stream };
	}
}

test("another parser finds each segment under the address that HLS has for it, at its time in UTC", () => {
	for (const { ms, video, audio, stream } of manifests(40_000, {}, 1_940)) {
		for (const [track, at] of [
			[video, 0],
			[audio, 1],
		] as const) {
			const truth = stream.at(ms)[at]?.segments ?? [];
			expect(track.segments.map(({ resolvedUri }) => resolvedUri)).toEqual(
				truth.map(({ number }) => `http://192.0.2.1/live/a/${at === 0 ? "video" : "audio"}-${number}.m4s`),
			);
			for (const [index, { presentationTime }] of track.segments.entries()) {
				expect(presentationTime).toBeCloseTo((truth[index]?.begin ?? 0) / 90_000, 5);
			}
		}
	}
});

test("lengths that differ are told, and each segment begins where the one before ends", () => {
	for (const { video } of manifests(60_000, { frames: (n) => 50 + ((n * 7) % 12) }, 1_940)) {
		for (const [at, segment] of video.segments.entries()) {
			const next = video.segments[at + 1];
			if (next) expect(segment.presentationTime + segment.duration).toBeCloseTo(next.presentationTime, 5);
		}
	}
});

test("the start of availability never changes, nor does anything else of the head but the time of publishing", () => {
	const heads = new Set<string>();
	for (const { text } of manifests(3_600_000, { isNew: (n) => n % 300 === 299 }, 59_960)) {
		heads.add(/<MPD[^>]*>/.exec(text)?.[0].replace(/publishTime="[^"]*"/, "") ?? "");
	}
	expect(heads.size).toBe(1);
	expect([...heads][0]).toContain('availabilityStartTime="1970-01-01T00:00:00Z"');
}, 30_000);

test("a discontinuity begins a period that keeps its name and its start while it is there", () => {
	const starts = new Map<string, string>();
	for (const { text, stream, ms } of manifests(40_000, { isNew: (n) => n === 3 }, 1_940)) {
		for (const [, id = "", start = ""] of text.matchAll(/<Period id="(\d+)" start="([^"]+)"/g)) {
			expect(starts.get(id) ?? start).toBe(start);
			starts.set(id, start);
		}
		const numbers = stream.at(ms)[0]?.segments.map(({ number }) => number) ?? [];
		const spans = (numbers[0] ?? 0) < 882_000_003 && (numbers.at(-1) ?? 0) >= 882_000_003;
		expect(text.match(/<Period /g)).toHaveLength(spans ? 2 : 1);
	}
	expect([...starts]).toEqual([
		["0", "PT0S"],
		["1", "PT1764000006S"],
	]);
});

test("who begins later names the periods alike", () => {
	const about = { isNew: (n: number) => n === 3 || n === 30 };
	const [stream, early, late] = [new SimulatedStream(about), new DashPeriods(), new DashPeriods()];
	for (let ms = 1_000; ms < 50_000; ms += 1_940) early.update(stream.at(ms));
	const ids = (periods: DashPeriods, ms: number) => periods.update(stream.at(ms)).map(({ id }) => id);
	expect(ids(early, 50_000)).toEqual(["1"]);
	expect(ids(late, 50_000)).toEqual(["1"]);
	expect(ids(early, 70_000)).toEqual(["1", "2"]);
	expect(ids(late, 70_000)).toEqual(["1", "2"]);
});

test("another period has another init segment, and its times lead on", () => {
	for (const { ms, video } of manifests(8_000, { isNew: (n) => n === 3 })) {
		if (ms < 7_000) continue;
		const [before, after] = [video.segments[2], video.segments[3]];
		expect(before?.map.resolvedUri).toBe("http://192.0.2.1/live/a/video-init-init0.mp4");
		expect(after?.map.resolvedUri).toBe("http://192.0.2.1/live/a/video-init-init3.mp4");
		expect(after?.presentationTime).toBeCloseTo((before?.presentationTime ?? 0) + 2, 5);
	}
});

test("tells a player what it has to decode, how late it may be, and where the time is", () => {
	const [first] = manifests(1_500);
	const { text, video, audio } = first ?? expect.fail("a manifest");
	expect(video.attributes).toMatchObject({
		BANDWIDTH: 1_000_000,
		CODECS: "avc1.64001f",
		RESOLUTION: { width: 1280, height: 720 },
		"FRAME-RATE": 25,
	});
	expect(audio.attributes).toMatchObject({ BANDWIDTH: 128_000, CODECS: "mp4a.40.2" });
	expect(text).toContain('<Latency referenceId="0" target="3000" min="1500" max="6000"/>');
	expect(text).toContain('availabilityTimeOffset="1.5" availabilityTimeComplete="false"');
	expect(parseUTCTiming(text)).toMatchObject({ value: "time" });
});

test("a stream that is over has an end, and no further manifest", () => {
	const tracks = new SimulatedStream().at(10_000);
	const text = writeManifest({
		periods: new DashPeriods().update(tracks),
		segmentMs: 2000,
		partMs: 500,
		windowMs: 20_000,
		hasEnded: true,
		timeUrl: "time",
	});
	expect(text).not.toContain("minimumUpdatePeriod");
	expect(text).toContain('mediaPresentationDuration="PT1764000010');
});
