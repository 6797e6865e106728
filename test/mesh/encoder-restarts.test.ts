import { expect, test } from "vitest";
import { Scope } from "#shared/base/runtime";
import type { MediaPacket } from "#shared/formats/packet";
import { demoClip } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { TestViewer } from "../support/rtmp-peer.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

const GAP_MS = 2000;
/** The machine these tests run on may be busy with others. */
const LEEWAY_MS = 500;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The longest time without a new packet, looked at each few milliseconds. */
class Stalls implements Disposable {
	longest = 0;
	readonly #timer: NodeJS.Timeout;

	constructor(viewer: TestViewer) {
		let [count, since] = [viewer.packets.length, performance.now()];
		this.#timer = setInterval(() => {
			const now = performance.now();
			this.longest = Math.max(this.longest, now - since);
			if (viewer.packets.length !== count) [count, since] = [viewer.packets.length, now];
		}, 5);
	}

	[Symbol.dispose](): void {
		clearInterval(this.#timer);
	}
}

function expectForward(packets: readonly MediaPacket[]): void {
	for (const kind of ["video", "audio"] as const) {
		const times = packets.filter((packet) => packet.kind === kind).map(({ time }) => time);
		expect(times).toEqual([...times].sort((a, b) => a - b));
	}
}

test.for([
	{ seconds: 3, origins: 1 },
	{ seconds: 6, origins: 1 },
	{ seconds: 4, origins: 2 },
])(
	"an encoder killed after $seconds s that starts its file again costs its absence and no more, at $origins origins",
	{
		timeout: 40_000,
	},
	async ({ seconds, origins }) => {
		await using mesh = new TestMesh();
		await using ways = new Scope();
		const proxies: TcpProxy[] = [];
		for (let index = 1; index <= origins; index++) {
			proxies.push(ways.use(await TcpProxy.open((await mesh.origin(`o${index}`)).rtmp)));
		}
		const urls = proxies.map(({ url }) => `${url}/live/cam`);
		await mesh.intermediate("i1");
		await mesh.intermediate("i2");
		const edge = await mesh.edge("e1");
		using first = await PacedEncoder.start(urls, demoClip());
		using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
		await expect.poll(() => viewer.packets.length, { timeout: 10_000 }).toBeGreaterThan(0);
		using stalls = new Stalls(viewer);
		await expect.poll(() => first.sent.at(-1)?.time ?? 0, { timeout: 20_000 }).toBeGreaterThan(seconds * 1000);
		for (const proxy of proxies) proxy.cut();
		first[Symbol.dispose]();
		await sleep(GAP_MS);
		using second = await PacedEncoder.start(urls, demoClip());
		await expect.poll(() => second.sent.at(-1)?.time ?? 0, { timeout: 20_000 }).toBeGreaterThan(2500);
		expect(stalls.longest).toBeGreaterThan(GAP_MS / 2);
		expect(stalls.longest).toBeLessThan(GAP_MS + 1000 + LEEWAY_MS);
		expect(viewer.ended).toBeUndefined();
		expectForward(viewer.packets);
	},
);
