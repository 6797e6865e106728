import { expect, test } from "vitest";
import { demoClip, framesOf } from "../support/clip.ts";
import { decode, decodedBy } from "../support/decoding.ts";
import { TestMesh } from "../support/mesh.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { TempFolder } from "../support/temp-folder.ts";

const SWITCHES = 10;
const CLIP_MS = 10_000;
const clip = demoClip();
/** Two rounds of the clip, headers once. */
const source = [...clip, ...framesOf(clip).map((packet) => ({ ...packet, time: packet.time + CLIP_MS }))];

test("ffmpeg decodes the same pictures and sounds over ten switches as from the source, and complains of nothing", {
	timeout: 60_000,
}, async () => {
	using folder = new TempFolder();
	await using mesh = new TestMesh();
	const origins = [await mesh.origin("o1"), await mesh.origin("o2")];
	await using one = await TcpProxy.open(origins[0]?.rtmp ?? "");
	await using two = await TcpProxy.open(origins[1]?.rtmp ?? "");
	const upstreams = [one, two].map(({ url }, index) => `{label: '${index}', primary: '${new URL(url).host}'}`);
	const edge = await mesh.edge("e1", { text: `{upstreams: [${upstreams}], waitMs: 30000, lingerMs: 200}` });

	await using player = decode(`${edge.rtmp}/live/cam`);
	const subscription = () => [...edge.relay.streams.values()][0];
	const urls = origins.map(({ rtmp }) => `${rtmp}/live/cam`);
	const encoder = await PacedEncoder.start(urls, source, { holdUntil: () => (subscription()?.hub.readers ?? 0) > 0 });
	try {
		for (let round = 0; subscription()?.history.total !== SWITCHES; round++) {
			// A server that is lost before its media has kept flowing is tried less and less often.
			const steady = () => subscription()?.state.servers.filter(({ state }) => state === "steady");
			await expect.poll(steady, { timeout: 5_000 }).toHaveLength(2);
			(round % 2 === 0 ? one : two).cut();
			await expect.poll(() => subscription()?.state.live).toHaveLength(1);
		}
	} finally {
		encoder[Symbol.dispose]();
	}
	await player.succeeded();
	await using reference = decode(folder.writeFlv("sent.flv", encoder.sent));
	await reference.succeeded();
	expect(decodedBy(player)).toEqual({ ...decodedBy(reference), complaints: [] });
	expect(decodedBy(player).pictures.length).toBeGreaterThan(SWITCHES);
});
