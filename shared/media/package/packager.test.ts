import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeFlvTag, FLV_HEADER } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";
import { fixture } from "../../../test/support/clip.ts";
import { decodedFrames, hashesOf, samplesOf } from "../../../test/support/mp4.ts";
import { Packager } from "./packager.ts";
import {
	BEGIN,
	bytesOf,
	itemsOf,
	marked,
	NUMBER,
	OPTIONS,
	packaged,
	source,
	trackOf,
	wholeSegments,
} from "./test-source.ts";

const PART_TICKS = 500 * 90;

/** Init segment and all parts of a track, as a player gets them. */
function fileOf(packager: Packager, kind: "video" | "audio"): Buffer {
	const segments = trackOf(packager, kind);
	const init = packager.init(segments[0]?.initId ?? "");
	return Buffer.concat([init ?? Buffer.alloc(0), ...segments.map(bytesOf)]);
}

test("players decode the same pictures from the segments as from what the encoder sent", () => {
	const packets = fixture("bframes.flv");
	const packager = packaged(marked(packets, 1000), { segmentMs: 1000 });
	packager.end();
	const flv = Buffer.concat([FLV_HEADER, ...packets.filter(({ kind }) => kind === "video").map(encodeFlvTag)]);
	// Its sound begins behind the picture: frames of the first segment might be missing, and it is left out.
	expect(trackOf(packager, "video").map(({ number }) => number)).toEqual([1, 2, 3, 4].map((step) => NUMBER + step));
	expect(hashesOf(decodedFrames(fileOf(packager, "video")))).toEqual(hashesOf(decodedFrames(flv, "flv")).slice(30));
	expect(decodedFrames(fileOf(packager, "audio")).length).toBeGreaterThan(180);
}, 30_000);

test.for([24, 25, 30, 29.97, 50, 60])(
	"no part is longer than promised, and none but a segment's last is much shorter: %s frames a second",
	(fps) => {
		const packager = packaged(source({ seconds: 9, video: { fps, group: Math.round(fps) } }));
		for (const { segments } of packager.tracks) {
			expect(segments.length).toBeGreaterThan(3);
			for (const { parts } of segments) {
				const lengths = parts.map(({ duration }) => duration);
				expect(Math.max(...lengths)).toBeLessThanOrEqual(PART_TICKS);
				expect(Math.min(...lengths.slice(0, -1), PART_TICKS)).toBeGreaterThanOrEqual(PART_TICKS * 0.85);
			}
		}
	},
);

test("one frame follows the other without a gap, through all segments, and begins are where the marks say", () => {
	const packager = packaged(source({ seconds: 9 }));
	for (const kind of ["video", "audio"] as const) {
		const samples = samplesOf(fileOf(packager, kind));
		for (const [index, { dts, duration }] of samples.entries()) {
			const next = samples[index + 1];
			if (next) expect(dts + duration).toBe(next.dts);
		}
	}
	expect(trackOf(packager, "video").map(({ begin }) => begin)).toEqual(
		[0, 2, 4, 6, 8].map((at) => BEGIN + at * 90_000),
	);
	const audio = trackOf(packager, "audio").map(({ begin }, index) => begin - BEGIN - index * 180_000);
	expect(Math.max(...audio)).toBeLessThan(1920);
	expect(Math.min(...audio)).toBeGreaterThanOrEqual(0);
});

test("a part is there as soon as the packet has come that does not belong to it", () => {
	const packets = source({ seconds: 3 });
	const packager = new Packager(OPTIONS);
	const seen: number[] = [];
	for (const item of itemsOf(packets)) {
		packager.take([item]);
		const parts = trackOf(packager, "video").flatMap(({ parts }) => parts).length;
		if (item.type === "packet" && parts > seen.length) seen.push(item.packet.time);
	}
	for (const [index, time] of seen.entries()) expect(time - (index + 1) * 500).toBeLessThan(25);
});

/** Order of arrival where audio is late or early by these delays, one for each 300 ms; each track keeps its order. */
function mixed(packets: readonly MediaPacket[], delays: readonly number[]): MediaPacket[] {
	const arrival = ({ kind, time }: MediaPacket): number =>
		time + (kind === "audio" ? (delays[Math.floor(time / 300) % delays.length] ?? 0) : 0);
	const queues = { video: [], audio: [], data: [] } as Record<string, MediaPacket[]>;
	for (const packet of packets) queues[packet.kind]?.push(packet);
	return packets.toSorted((a, b) => arrival(a) - arrival(b)).flatMap(({ kind }) => queues[kind]?.shift() ?? []);
}

test("segments of one name are the same bytes, however tracks are mixed, wherever one begins and whenever packets are looked at", () => {
	const packets = source({ seconds: 13, zero: 5000 });
	const reference = packaged(packets);
	reference.end();
	const expected = wholeSegments(reference);
	const scenario = fc.record({
		delays: fc.array(fc.integer({ min: -400, max: 400 }), { minLength: 1, maxLength: 9 }),
		from: fc.nat(500),
		batches: fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 }),
	});
	fc.assert(
		fc.property(scenario, ({ delays, from, batches }) => {
			const [headers, frames] = [packets.slice(0, 2), mixed(packets.slice(2), delays)];
			const packager = new Packager(OPTIONS);
			const items = itemsOf([...headers, ...frames.slice(from)]);
			for (let at = 0, turn = 0; at < items.length; turn++) {
				const size = batches[turn % batches.length] ?? 1;
				packager.take(items.slice(at, at + size));
				at += size;
			}
			const segments = wholeSegments(packager);
			expect(segments.size).toBeGreaterThan(2);
			for (const [name, text] of segments) if (expected.get(name) !== text) throw new Error(`${name} differs`);
		}),
		{ numRuns: 25 },
	);
});

/** Numbers of the segments of a track counted from the first, with how many parts each has; a star where it is not whole. */
const shape = (packager: Packager, kind: "video" | "audio"): string =>
	trackOf(packager, kind)
		.map(({ number, parts, isWhole }) => `${number - NUMBER}:${parts.length}${isWhole ? "" : "*"}`)
		.join(" ");

test("who begins where a neighbour's sound of the first segment went before gives no segment of that name", () => {
	const packets = source({ seconds: 9 });
	const [headers, frames] = [packets.slice(0, 2), packets.slice(2)];
	const keyframe = frames.findIndex(({ time, role }) => time === 2000 && role === "keyframe");
	const early = frames.slice(keyframe).filter(({ kind, time }) => kind === "audio" && time < 2300);
	const joined = packaged([...headers, ...frames.slice(keyframe).filter((packet) => !early.includes(packet))]);
	expect(shape(joined, "video")).toBe("2:4 3:4 4:1*");
	expect(wholeSegments(packaged([...headers, ...frames.slice(keyframe)])).has(`audio ${NUMBER + 1}`)).toBe(true);
});

test.for([
	["sound alone", { audio: {}, video: undefined }, "audio", "0:5 1:5 2:1*"],
	["pictures alone", { audio: { from: 99 } }, "video", "0:4 1:4 2:1*"],
] as const)("%s is packaged", ([, options, kind, expected]) => {
	const packets = source({ seconds: 5, ...options }).filter(
		(packet) => packet.role !== "header" || packet.kind === kind,
	);
	const packager = packaged(packets);
	expect(packager.tracks.map((track) => track.kind)).toEqual([kind]);
	expect(shape(packager, kind)).toBe(expected);
});

test("a track that comes late begins where it begins, and one that ends holds nobody up", () => {
	const late = packaged(source({ seconds: 9, audio: { from: 5 } }));
	expect(shape(late, "audio")).toBe("2:3 3:5 4:1*");
	const ended = packaged(source({ seconds: 13, audio: { until: 5 } }));
	expect(shape(ended, "video")).toBe("0:4 1:4 2:4 3:4 4:4 5:4 6:1*");
	expect(shape(ended, "audio")).toBe("0:5 1:5 2:3 3:0 4:0 5:0");
	ended.end();
	expect(shape(ended, "video")).toBe("0:4 1:4 2:4 3:4 4:4 5:4 6:3");
});

/** The same packets with other payloads or without some. */
const changed = (packets: readonly MediaPacket[], change: (packet: MediaPacket) => MediaPacket[]): MediaPacket[] =>
	packets.flatMap(change);
const aacOf = (rateIndex: number, time: number): MediaPacket => ({
	kind: "audio",
	role: "header",
	time,
	payload: Buffer.from([0xaf, 0, 0x10 | (rateIndex >> 1), ((rateIndex & 1) << 7) | 0x10]),
});

test("a codec that changes on air gets another init segment and a discontinuity, and the other track goes on", () => {
	const packets = changed(source({ seconds: 9 }), (packet) =>
		packet.mark?.number === NUMBER + 2
			? [aacOf(4, packet.time), { ...packet, mark: { ...packet.mark, discontinuity: true } }]
			: [packet],
	).map((packet) =>
		packet.mark && packet.mark.number >= NUMBER + 2
			? { ...packet, mark: { ...packet.mark, discontinuities: 1 } }
			: packet,
	);
	const packager = packaged(packets);
	for (const { segments } of packager.tracks) {
		expect(segments.map(({ discontinuities }) => discontinuities)).toEqual([0, 0, 1, 1, 1]);
	}
	const audio = trackOf(packager, "audio");
	const ids = audio.map(({ initId }) => initId);
	expect(new Set(ids).size).toBe(2);
	expect(ids[0]).toBe(ids[1]);
	expect(ids[2]).not.toBe(ids[1]);
	for (const id of ids) expect(packager.init(id)).toBeDefined();
	expect(audio.map(({ discontinuity }) => discontinuity)).toEqual([false, false, true, false, false]);
	expect(trackOf(packager, "video").map(({ discontinuity }) => discontinuity)).toEqual([
		false,
		false,
		true,
		false,
		false,
	]);
});

test("an init segment that changes without a word in the marks is counted, too", () => {
	const packets = changed(source({ seconds: 9 }), (packet) =>
		packet.mark?.number === NUMBER + 2 ? [aacOf(4, packet.time), packet] : [packet],
	);
	const audio = trackOf(packaged(packets), "audio");
	expect(audio.map(({ discontinuities }) => discontinuities)).toEqual([0, 0, 1, 1, 1]);
});

test("codec headers that change each second leave as many init segments as the window has segments", () => {
	const packets = changed(source({ seconds: 30 }), (packet) =>
		packet.role === "keyframe" ? [aacOf((packet.time / 1000) % 8, packet.time), packet] : [packet],
	);
	const packager = packaged(packets, { windowSegments: 4 });
	expect(trackOf(packager, "audio").length).toBeLessThanOrEqual(5);
	expect(trackOf(packager, "audio").every(({ parts }) => parts.length > 0)).toBe(true);
	expect(shape(packager, "video")).toBe("10:4 11:4 12:4 13:4 14:3*");
});

test("a track no player could take is left out with a sentence, and the other one is packaged", () => {
	const withoutSets = Buffer.from("170000000001640 00dffe000".replaceAll(" ", ""), "hex");
	const packets = source({ seconds: 5 }).map((packet) =>
		packet.kind === "video" && packet.role === "header" ? { ...packet, payload: withoutSets } : packet,
	);
	const packager = packaged(packets);
	expect(packager.tracks.map(({ kind }) => kind)).toEqual(["audio"]);
	expect(packager.refusals).toEqual([expect.stringContaining("no sequence parameter set")]);
	const vp6 = packaged(
		packets.map((packet) => (packet.kind === "video" ? { ...packet, payload: Buffer.from("1400", "hex") } : packet)),
	);
	expect(vp6.refusals).toEqual([expect.stringContaining("VP6F video cannot be packaged")]);
});

test("the window holds so many segments and so many bytes, and an init segment no longer than its segments", () => {
	const packager = packaged(source({ seconds: 40 }), { windowSegments: 3 });
	expect(shape(packager, "video")).toBe("16:4 17:4 18:4 19:3*");
	const small = packaged(source({ seconds: 40 }), { windowBytes: 40_000 });
	expect(small.bytes).toBeLessThanOrEqual(40_000);
	expect(trackOf(small, "video").length).toBeGreaterThan(1);
	const tiny = packaged(source({ seconds: 40 }), { windowBytes: 5_000 });
	expect(tiny.bytes).toBeLessThanOrEqual(5_000);
});

test("times that jump by hours or fall back, and keyframes that stop, stay within bounds", () => {
	const first = source({ seconds: 5 });
	const jump = (by: number, numbers: number) =>
		source({ seconds: 5, zero: by }).map((packet) =>
			packet.mark
				? {
						...packet,
						mark: {
							...packet.mark,
							number: packet.mark.number + numbers,
							discontinuity: packet.mark.number === NUMBER,
						},
					}
				: packet,
		);
	for (const by of [7_200_000, -7_200_000]) {
		const packager = packaged([...first, ...jump(by, 3)]);
		packager.end();
		expect(shape(packager, "video")).toBe("0:4 1:4 2:3 3:4 4:4 5:3");
	}
	const unmarked = [...first, ...source({ seconds: 120, zero: 5000 }).map(({ mark: _, ...packet }) => packet)];
	const packager = packaged(unmarked);
	expect(trackOf(packager, "video").at(-1)?.duration).toBeLessThanOrEqual(20 * 90_000);
	expect(packager.dropped).toBeGreaterThan(1000);
});

test("behind missing packets everything goes on with the next segment, and the torn one is not called whole", () => {
	const items = itemsOf(source({ seconds: 13 }));
	const packager = new Packager(OPTIONS);
	packager.take(items.slice(0, 370));
	packager.take([{ type: "skipped", packets: 100 }]);
	packager.take(items.slice(470));
	expect(shape(packager, "video")).toBe("0:4 1:4 2:1* 3:0 4:4 5:4 6:1*");
});

test("listeners hear of each new part once, and of the end", () => {
	const packager = new Packager(OPTIONS);
	let calls = 0;
	const stop = packager.onChange(() => calls++);
	for (const item of itemsOf(source({ seconds: 3 }))) packager.take([item]);
	const parts = packager.tracks.flatMap(({ segments }) => segments.flatMap((segment) => segment.parts));
	expect(calls).toBeLessThanOrEqual(parts.length);
	expect(calls).toBeGreaterThanOrEqual(parts.length / 2);
	packager.take([{ type: "ended", reason: "over" }]);
	expect(packager.hasEnded).toBe(true);
	stop();
	const heard = calls;
	packager.end();
	expect(calls).toBe(heard);
});
