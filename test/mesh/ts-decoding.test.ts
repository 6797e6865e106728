import { expect, test } from "vitest";
import { fixture } from "../support/clip.ts";
import { decode, decodedBy } from "../support/decoding.ts";
import { TestMesh } from "../support/mesh.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { TempFolder } from "../support/temp-folder.ts";
import { judgeTs } from "../support/ts-judge.ts";

test("MPEG-TS goes on through a switch of upstream: ffmpeg decodes the source's pictures, nothing is out of order", {
	timeout: 60_000,
}, async () => {
	using folder = new TempFolder();
	await using mesh = new TestMesh();
	const origins = [await mesh.origin("o1"), await mesh.origin("o2")];
	await using one = await TcpProxy.open(origins[0]?.rtmp ?? "");
	await using two = await TcpProxy.open(origins[1]?.rtmp ?? "");
	const upstreams = [one, two].map(({ url }, index) => `{label: '${index}', primary: '${new URL(url).host}'}`);
	const edge = await mesh.edge("e1", { text: `{upstreams: [${upstreams}], waitMs: 30000, lingerMs: 200}` });
	const subscription = () => [...edge.relay.streams.values()][0];

	// ffmpeg calls every HTTP answer without a length cut off when it ends: it gets the same bytes as a file.
	const answer = fetch(`${edge.http}/live/cam.ts`).then((response) => response.arrayBuffer());
	const urls = origins.map(({ rtmp }) => `${rtmp}/live/cam`);
	using encoder = await PacedEncoder.start(urls, fixture("bframes.flv"), {
		speed: 2,
		holdUntil: () => subscription()?.hub.readers === 1,
	});
	await expect.poll(() => subscription()?.state.servers.filter(({ state }) => state === "steady")).toHaveLength(2);
	one.cut();
	await expect.poll(() => subscription()?.history.total).toBe(1);
	await encoder.done;
	encoder[Symbol.dispose]();

	const bytes = Buffer.from(await answer);
	await using player = decode(folder.write("received.ts", bytes));
	await player.succeeded();
	await using reference = decode(folder.writeFlv("sent.flv", encoder.sent));
	await reference.succeeded();
	expect(decodedBy(player)).toEqual({ ...decodedBy(reference), complaints: [] });
	expect(decodedBy(player).pictures.length).toBeGreaterThan(100);
	expect(judgeTs(bytes)).toMatchObject({ faults: [], jumps: 0 });
});
