import { parse, setOptions } from "hls-parser";
import { expect, test } from "vitest";
import { SimulatedStream } from "../../../test/support/simulated-stream.ts";
import { writeMultivariantPlaylist } from "./multivariant-playlist.ts";

setOptions({ strictMode: true });

const tracks = new SimulatedStream().at(10_000);

test("tells a player what it has to decode, and how much of it there is at most", () => {
	expect(parse(writeMultivariantPlaylist(tracks))).toMatchObject({
		isMasterPlaylist: true,
		variants: [
			{
				uri: "video.m3u8",
				bandwidth: 1_128_000,
				codecs: "avc1.64001f,mp4a.40.2",
				resolution: { width: 1280, height: 720 },
				frameRate: 25,
				audio: [
					{ type: "AUDIO", uri: "audio.m3u8", groupId: "audio", isDefault: true, autoselect: true, channels: "2" },
				],
			},
		],
	});
});

test("sound alone is a variant of its own", () => {
	const text = writeMultivariantPlaylist(tracks.filter(({ kind }) => kind === "audio"));
	expect(parse(text)).toMatchObject({ variants: [{ uri: "audio.m3u8", codecs: "mp4a.40.2", bandwidth: 128_000 }] });
	expect(text).not.toMatch(/EXT-X-MEDIA|RESOLUTION|AUDIO=/);
});

test("a picture without sound names no group", () => {
	const text = writeMultivariantPlaylist(tracks.filter(({ kind }) => kind === "video"));
	expect(parse(text)).toMatchObject({ variants: [{ uri: "video.m3u8", codecs: "avc1.64001f" }] });
	expect(text).not.toMatch(/EXT-X-MEDIA|AUDIO=/);
});
