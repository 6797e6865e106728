import { expect, test } from "vitest";
import type { Edge } from "../../services/edge/edge.ts";
import { demoClip } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

const SEGMENTS = "segments: {segmentMs: 1000}";
/** Whole segments before the origin is lost, and behind. */
const SEGMENTS_EACH = 2;

type Seen = { readonly begin: string; readonly bytes: Buffer };

/** What a player has of an edge's stream: whole segments of both tracks by name, and the playlists' words about joints. */
class Watcher {
	readonly segments = new Map<string, Seen>();
	readonly joints = new Set<string>();
	readonly #at: string;

	constructor(edge: Edge) {
		this.#at = `${edge.http}/live/a`;
	}

	/** Reads both playlists, and the segments it does not know; how many of the picture it has. */
	async look(): Promise<number> {
		for (const kind of ["video", "audio"]) {
			const answer = await fetch(`${this.#at}/${kind}.m3u8`);
			if (answer.ok) await this.#read((await answer.text()).split("\n"));
		}
		return this.numbers.length;
	}

	get numbers(): number[] {
		return [...this.segments.keys()].flatMap((name) => /^video-(\d+)\.m4s$/.exec(name)?.[1] ?? []).map(Number);
	}

	async #read(lines: readonly string[]): Promise<void> {
		let begin = "";
		for (const line of lines) {
			if (line.startsWith("#EXT-X-PROGRAM-DATE-TIME:")) begin = line;
			if (line === "#EXT-X-DISCONTINUITY" || line === "#EXT-X-GAP") this.joints.add(line);
			if (line === "" || line.startsWith("#")) continue;
			const bytes =
				this.segments.get(line)?.bytes ?? Buffer.from(await (await fetch(`${this.#at}/${line}`)).arrayBuffer());
			expect(begin).toBe(this.segments.get(line)?.begin ?? begin);
			this.segments.set(line, { begin, bytes });
		}
	}
}

test("segments are the same at every edge, and go on in order when an origin is lost", {
	timeout: 60_000,
}, async () => {
	await using mesh = new TestMesh();
	const [one, two] = [await mesh.origin("o1", { text: SEGMENTS }), await mesh.origin("o2", { text: SEGMENTS })];
	await using lost = await TcpProxy.open(one.rtmp);
	const below = (id: string, ...urls: string[]) => {
		const upstreams = urls.map((url, at) => `{label: "${at}", primary: "${url}"}`);
		return mesh.edge(id, { text: `{upstreams: [${upstreams}], waitMs: 30000, ${SEGMENTS}}` });
	};
	const edges = [await below("e1", lost.url, two.rtmp), await below("e2", two.rtmp)] as const;
	using encoder = await PacedEncoder.start([`${one.rtmp}/live/a`, `${two.rtmp}/live/a`], demoClip());
	const [first, second] = [new Watcher(edges[0]), new Watcher(edges[1])];
	const poll = { timeout: 20_000, interval: 200 };
	await Promise.all([first.look(), second.look()]);
	await expect.poll(() => first.look(), poll).toBeGreaterThanOrEqual(SEGMENTS_EACH);
	await lost[Symbol.asyncDispose]();
	const before = first.numbers.length;
	await expect.poll(() => first.look(), poll).toBeGreaterThanOrEqual(before + SEGMENTS_EACH);
	await second.look();
	expect(encoder.endedAt(1)).toBeUndefined();

	const { numbers, joints } = first;
	expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
	expect([...joints, ...second.joints]).toEqual([]);
	const common = [...first.segments].filter(([name]) => second.segments.has(name));
	expect(common.length).toBeGreaterThan(2 * SEGMENTS_EACH);
	for (const [name, { begin, bytes }] of common) {
		expect(second.segments.get(name)?.begin, name).toBe(begin);
		expect(second.segments.get(name)?.bytes.equals(bytes), name).toBe(true);
	}
});
