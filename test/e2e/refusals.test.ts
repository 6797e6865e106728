import { expect, test } from "vitest";
import { demoClip } from "../support/clip.ts";
import { Cluster } from "../support/cluster.ts";
import { playWithFfmpeg, publishWithFfmpeg } from "../support/players.ts";
import { TempFolder } from "../support/temp-folder.ts";

const KEY = "cluster: {key: 0123456789abcdef}";

test("ffmpeg shows why it is refused", async () => {
	await using folder = new TempFolder();
	await using cluster = await Cluster.start();
	const [origin, edge] = await Promise.all([
		cluster.node("origin", "o1", KEY),
		cluster.node("edge", "e1", `{${KEY}, waitMs: 300}`),
	]);
	const clip = folder.writeFlv("clip.flv", demoClip());
	await using live = publishWithFfmpeg(clip, `${origin.rtmp}/live/news`);
	await expect.poll(() => origin.program.output, { timeout: 15_000 }).toContain("publish-accepted");
	const publish = (url: string) => publishWithFfmpeg(clip, url);
	const play = (url: string) => playWithFfmpeg({ url, file: folder.file("out.flv") }).program;
	const refused = [
		[publish(`${origin.rtmp}/live/news`), "live/news is being published already"],
		[publish(`${edge.rtmp}/live/news`), "this is an edge: publish at an origin"],
		[publish(`${origin.rtmp}/live/grün`), "is no name of a stream: app and name have up to 128 letters"],
		[play(`${origin.rtmp}/live/news`), "origins play to nodes only: watch at an edge"],
		[play(`${edge.rtmp}/live/nobody`), "there is no stream live/nobody"],
	] as const;
	for (const [program, why] of refused) {
		await using it = program;
		await it.exited;
		expect(it.output).toContain(`Server error: `);
		expect(it.output).toContain(why);
	}
	expect(live.isOver).toBe(false);
});
