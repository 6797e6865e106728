import { afterAll, beforeAll, expect, test } from "vitest";
import { Scope } from "#shared/base/runtime";
import type { MediaPacket } from "#shared/formats/packet";
import { demoClip, fixture, framesOf } from "../support/clip.ts";
import { Cluster, type ClusterNode } from "../support/cluster.ts";
import { FLAWLESS, judge } from "../support/frame-judge.ts";
import { playWithGStreamer, publishWithGStreamer } from "../support/gstreamer.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import {
	playWithCurl,
	playWithFfmpeg,
	playWithRtmpdump,
	publishWithFfmpeg,
	type Recording,
} from "../support/players.ts";
import { TestViewer } from "../support/rtmp-peer.ts";
import { TempFolder } from "../support/temp-folder.ts";
import { startNginx, startNodeMediaServer } from "../support/third-party.ts";

const clip = demoClip().filter(({ time }) => time < 6000);
/** A play in which nothing went wrong. On a busy machine a player may be let in after the first of the clip's six seconds. */
const perfect = { ...FLAWLESS, frames: expect.toSatisfy((frames: number) => frames > framesOf(clip).length / 2) };

const scope = new Scope();
const folder = scope.use(new TempFolder());
const clipFile = folder.writeFlv("clip.flv", clip);
let origin: ClusterNode;
let edge: ClusterNode;

beforeAll(async () => {
	const cluster = scope.use(await Cluster.start());
	[origin, , edge] = await Promise.all([
		cluster.node("origin", "o1"),
		cluster.node("intermediate", "i1", "lingerMs: 500"),
		// Players come before the encoder here, so that they can be told to have everything.
		cluster.node("edge", "e1", "{upstreams: [{label: up, primary: i1}], waitMs: 30000, lingerMs: 500}"),
	]);
});

afterAll(async () => {
	await scope[Symbol.asyncDispose]();
});

const verdictOf = async (player: Recording, source: readonly MediaPacket[] = clip) =>
	judge(source, await player.packets(), { ended: true });

test.concurrent("ffmpeg's frames arrive two tiers away, all of them, at rtmpdump, ffmpeg and curl", async ({
	expect,
}) => {
	const url = `${edge.rtmp}/live/ffmpeg`;
	const flv = `${edge.http}/live/ffmpeg.flv`;
	await using rtmpdump = playWithRtmpdump({ url, file: folder.file("rtmpdump.flv") });
	await using ffmpegRtmp = playWithFfmpeg({ url, file: folder.file("ffmpeg-rtmp.flv") });
	await using ffmpegHttp = playWithFfmpeg({ url: flv, file: folder.file("ffmpeg-http.flv") });
	await using curl = playWithCurl({ url: flv, file: folder.file("curl.flv") });
	await using encoder = publishWithFfmpeg(clipFile, `${origin.rtmp}/live/ffmpeg`);
	await encoder.succeeded();
	for (const [name, player] of Object.entries({ rtmpdump, ffmpegRtmp, ffmpegHttp, curl })) {
		expect(await verdictOf(player), `${name}: ${player.program.output}`).toEqual(perfect);
	}
});

test.concurrent("GStreamer's frames arrive, all of them, at GStreamer and rtmpdump", async ({ expect }) => {
	const url = `${edge.rtmp}/live/gstreamer`;
	await using gstreamer = playWithGStreamer({ url, file: folder.file("gstreamer.flv") });
	await using rtmpdump = playWithRtmpdump({ url, file: folder.file("gstreamer-rtmpdump.flv") });
	await using encoder = publishWithGStreamer(clipFile, `${origin.rtmp}/live/gstreamer`);
	await encoder.succeeded();
	for (const [name, player] of Object.entries({ rtmpdump, gstreamer })) {
		expect(await verdictOf(player), `${name}: ${player.program.output}`).toEqual(perfect);
	}
});

test.concurrent.for(["hevc-aac", "av1-opus"])("Enhanced RTMP passes byte for byte: %s", async (name, { expect }) => {
	const source = fixture(`${name}.enhanced.flv`);
	const url = `${edge.rtmp}/live/${name}`;
	await using rtmpdump = playWithRtmpdump({ url, file: folder.file(`${name}.flv`) });
	using viewer = new TestViewer(url);
	const holdUntil = () => viewer.packets.length > 0;
	using encoder = await PacedEncoder.start([`${origin.rtmp}/live/${name}`], source, { holdUntil });
	await encoder.done;
	encoder[Symbol.dispose]();
	const want = judge(source, source, { ended: true });
	expect(await verdictOf(rtmpdump, source), rtmpdump.program.output).toMatchObject(FLAWLESS);
	await expect.poll(() => viewer.ended).toBeDefined();
	expect(judge(source, viewer.packets, { ended: true })).toEqual(want);
});

test.concurrent("nginx-rtmp pulls a stream from an edge, and its players get every frame", async ({ expect }) => {
	await using nginx = await startNginx({ pull: { from: edge.rtmp, name: "to-nginx" } });
	using viewer = new TestViewer(`${nginx.rtmp}/live/to-nginx`);
	await expect.poll(() => viewer.isPlaying, { timeout: 10_000 }).toBe(true);
	await using encoder = publishWithFfmpeg(clipFile, `${origin.rtmp}/live/to-nginx`);
	await encoder.succeeded();
	const verdict = () => judge(clip, viewer.packets, { ended: true });
	await expect.poll(verdict, { timeout: 5_000, message: nginx.program.output }).toEqual(perfect);
});

test.concurrent("node-media-server pulls a stream from an edge, and its players get every frame", async ({
	expect,
}) => {
	await using foreign = await startNodeMediaServer({ pulls: [`${edge.rtmp}/live/to-nms`] });
	using viewer = new TestViewer(`${foreign.rtmp}/live/to-nms`);
	await expect.poll(() => viewer.isPlaying, { timeout: 10_000 }).toBe(true);
	await using encoder = publishWithFfmpeg(clipFile, `${origin.rtmp}/live/to-nms`);
	await encoder.succeeded();
	const verdict = () => judge(clip, viewer.packets, { ended: true });
	await expect.poll(verdict, { timeout: 5_000, message: foreign.program.output }).toEqual(perfect);
});

test.concurrent("node-media-server pulls a stream that runs already, with its headers", async ({ expect }) => {
	using first = new TestViewer(`${edge.rtmp}/live/runs`);
	await using encoder = publishWithFfmpeg(clipFile, `${origin.rtmp}/live/runs`);
	await expect.poll(() => framesOf(first.packets).length).toBeGreaterThan(10);
	await using foreign = await startNodeMediaServer({ pulls: [`${edge.rtmp}/live/runs`] });
	using viewer = new TestViewer(`${foreign.rtmp}/live/runs`);
	await encoder.succeeded();
	const verdict = () => judge(clip, viewer.packets, { ended: true });
	await expect.poll(verdict, { timeout: 5_000, message: foreign.program.output }).toMatchObject(FLAWLESS);
});

test.concurrent("nginx-rtmp pushes a stream to an origin, and an edge's viewers lose nothing of what it pushed", async ({
	expect,
}) => {
	await using nginx = await startNginx({ push: { to: origin.rtmp, name: "from-nginx" } });
	using viewer = new TestViewer(`${edge.rtmp}/live/from-nginx`);
	await using encoder = publishWithFfmpeg(clipFile, `${nginx.rtmp}/live/from-nginx`);
	await encoder.succeeded();
	const verdict = () => judge(clip, viewer.packets, { ended: true });
	// nginx pushes from the moment it has dialled: the clip's first frames may be over then.
	await expect.poll(verdict, { timeout: 5_000, message: nginx.program.output }).toEqual(perfect);
});
