import { expect, test } from "vitest";
import { fixture } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { Program } from "../support/process.ts";
import { TempFolder } from "../support/temp-folder.ts";

/** Pictures lie in another order than they are shown in, and all of them differ. */
const clip = fixture("bframes.flv");
const SEGMENTS = "segments: {segmentMs: 1000}";
const FRAMES_OF_DASH = 60;

/** ffmpeg decodes the pictures of an input, and prints one checksum each. */
const decode = (input: string, ...more: string[]): Program =>
	new Program("ffmpeg", ["-v", "error", "-nostdin", "-i", input, "-map", "v", ...more, "-f", "framemd5", "-"], {
		apt: "ffmpeg",
	});

/** The checksums in the order in which pictures are shown; whatever else is printed is a complaint. */
function decodedBy({ output }: Program): { pictures: string[]; complaints: string[] } {
	const lines = output.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
	const checksums = lines.map((line) => /^0,.*, ([0-9a-f]{32})$/.exec(line)?.[1]);
	return {
		pictures: checksums.flatMap((sum) => sum ?? []),
		complaints: lines.filter((_, index) => !checksums[index]),
	};
}

test("ffmpeg decodes the source's pictures from HLS and DASH, and complains of nothing", {
	timeout: 60_000,
}, async () => {
	using folder = new TempFolder();
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1", { text: SEGMENTS });
	const upstreams = `{label: up, primary: "${origin.rtmp}"}`;
	const edge = await mesh.edge("e1", {
		text: `{upstreams: [${upstreams}], waitMs: 30000, lingerMs: 500, ${SEGMENTS}}`,
	});
	using encoder = await PacedEncoder.start([`${origin.rtmp}/live/cam`], clip);
	await expect.poll(() => (encoder.sent.at(-1)?.time ?? 0) > 100).toBe(true);
	await using hls = decode(`${edge.http}/live/cam/index.m3u8`);
	// ffmpeg never notices that a manifest says no more will come.
	await using dash = decode(`${edge.http}/live/cam/manifest.mpd`, "-frames:v", `${FRAMES_OF_DASH}`);
	await encoder.done;
	await dash.succeeded();
	encoder[Symbol.dispose]();
	await hls.succeeded();
	await using reference = decode(folder.writeFlv("sent.flv", encoder.sent));
	await reference.succeeded();
	const { pictures } = decodedBy(reference);
	const [byHls, byDash] = [decodedBy(hls), decodedBy(dash)];
	const from = pictures.indexOf(byHls.pictures[0] ?? "");
	expect(pictures.length - from).toBeGreaterThan(FRAMES_OF_DASH);
	expect(byHls).toEqual({ pictures: pictures.slice(from), complaints: [] });
	const begin = pictures.indexOf(byDash.pictures[0] ?? "");
	expect(byDash).toEqual({ pictures: pictures.slice(begin, begin + FRAMES_OF_DASH), complaints: [] });
});
