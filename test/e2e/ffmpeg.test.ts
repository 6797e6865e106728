import { expect, test } from "vitest";
import { demoClip, framesOf } from "../support/clip.ts";
import { Cluster } from "../support/cluster.ts";
import { FLAWLESS, judge } from "../support/frame-judge.ts";
import { playWithFfmpeg, publishWithFfmpeg } from "../support/players.ts";
import { TempFolder } from "../support/temp-folder.ts";

test("what ffmpeg publishes at an origin, ffmpeg plays two tiers away over RTMP and HTTP, frame for frame", async () => {
	await using folder = new TempFolder();
	await using cluster = await Cluster.start();
	const [origin, , edge] = await Promise.all([
		cluster.node("origin", "o1"),
		cluster.node("intermediate", "i1", "lingerMs: 500"),
		// The players come before the encoder, so that they can be told to have everything.
		cluster.node("edge", "e1", "{upstreams: [{label: up, primary: i1}], waitMs: 30000, lingerMs: 500}"),
	]);
	const clip = demoClip().filter(({ time }) => time < 4000);
	await using rtmp = playWithFfmpeg({ url: `${edge.rtmp}/live/a`, file: folder.file("rtmp.flv") });
	await using http = playWithFfmpeg({ url: `${edge.http}/live/a.flv`, file: folder.file("http.flv") });
	await using encoder = publishWithFfmpeg(folder.writeFlv("clip.flv", clip), `${origin.rtmp}/live/a`);
	await encoder.succeeded();
	for (const [name, player] of Object.entries({ rtmp, http })) {
		const verdict = judge(clip, await player.packets(), { ended: true });
		expect(verdict, `${name}: ${player.program.output}`).toMatchObject(FLAWLESS);
		expect(verdict.frames).toBeGreaterThan(framesOf(clip).length / 2);
	}
});
