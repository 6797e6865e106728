import { expect, test } from "vitest";
import { demoClip } from "../support/clip.ts";
import { FLAWLESS, judge } from "../support/frame-judge.ts";
import { freePort } from "../support/free-port.ts";
import { TestMesh } from "../support/mesh.ts";
import { metric } from "../support/metrics.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { TestViewer } from "../support/rtmp-peer.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

test("a tier that is cut off from the origins is passed over: its children go to the origins themselves", async () => {
	await using mesh = new TestMesh();
	// Intermediates reach the origins where those say they are, behind proxies; the edge knows their real addresses.
	const ports = [await freePort(), await freePort()] as const;
	await using one = await TcpProxy.open(`rtmp://127.0.0.1:${ports[0]}`);
	await using two = await TcpProxy.open(`rtmp://127.0.0.1:${ports[1]}`);
	const behind = ({ url }: TcpProxy): string => `rtmp: {advertise: '${new URL(url).host}'}`;
	await mesh.origin("o1", { port: ports[0], text: behind(one) });
	await mesh.origin("o2", { port: ports[1], text: behind(two) });
	await mesh.intermediate("i1", { text: "node: {group: a}" });
	await mesh.intermediate("i2", { text: "node: {group: b}" });
	const groups = ["i1", "i2", ...ports.map((port) => `'127.0.0.1:${port}'`)];
	const upstreams = groups.map((primary, index) => `{label: '${index}', primary: ${primary}}`);
	const edge = await mesh.edge("e1", { text: `{upstreams: [${upstreams}], waitMs: 30000}` });
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	const urls = ports.map((port) => `rtmp://127.0.0.1:${port}/live/cam`);
	const clip = demoClip().filter(({ time }) => time < 6000);
	using encoder = await PacedEncoder.start(urls, clip, { holdUntil: () => viewer.packets.length > 0 });
	const subscription = () => [...edge.relay.streams.values()][0];
	await expect.poll(() => subscription()?.state.live.toSorted()).toEqual(["i1", "i2"]);
	const answers = () => metric(edge.http, "millrace_pulls_total", { outcome: "live" });
	const before = await answers();
	one.freeze();
	two.freeze();
	await encoder.done;
	await expect.poll(() => judge(clip, viewer.packets, { ended: true })).toMatchObject(FLAWLESS);
	// Each origin answered once. A parent without anybody on air holds a play back: its old frames would call the edge
	// there again and again.
	expect(await answers()).toBeLessThanOrEqual(before + 2);
	expect(subscription()?.upstream).toMatch(/^127/);
});
