import fc from "fast-check";
import { expect, test } from "vitest";
import type { PacketReader, ReadOptions } from "./packet-reader.ts";
import type { StreamItem } from "./stream-item.ts";
import { audio, inter, key, metadata, packet, setUp, Viewer } from "./test-stage.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
// The avcC is of a file made by ffmpeg 5.1 with libx264; RFC 6381 spells its profile and level 4d 40 28.
const AVC = packet(
	"video",
	"header",
	0,
	hex("17 00 000000 014d4028ffe10019674d4028eca03c0113d4d808800000030080000019078c18cb01000568ebe3cb20"),
);
/** The same of level 3.1. */
const AVC_31 = packet("video", "header", 0, Buffer.from(AVC.payload).fill(0x1f, 8, 9));
// ISO/IEC 14496-3 table 1.18: AAC-LC of 44.1 and of 48 kHz, two channels.
const AAC_44 = packet("audio", "header", 0, hex("af 00 1210"));
const AAC_48 = packet("audio", "header", 0, hex("af 00 1190"));
/** It ends in the middle of its sequence parameter set. */
const TORN = packet("video", "header", 0, AVC.payload.subarray(0, 20));
const SPEEX = packet("audio", "header", 0, hex("b2 00"));

/** An item in a word, with its time where it has one. */
const word = (item: StreamItem): string => {
	switch (item.type) {
		case "packet":
			return `${Buffer.from(item.packet.payload).toString("latin1")}@${item.packet.time}`;
		case "config":
			return `${item.track}:${item.config.codecs}${item.config.kind === "audio" ? `/${item.config.sampleRate}` : ""}`;
		case "metadata":
			return "metadata";
		case "discontinuity":
			return "discontinuity";
		case "skipped":
			return `skipped ${item.packets}`;
		case "ended":
			return `ended: ${item.reason}`;
	}
};
const words = (reader: PacketReader): string[] => reader.take().map(word);

/** A hub, and readers that count how often they were told. */
function stage(options: Parameters<typeof setUp>[0] = {}) {
	const base = setUp(options);
	const told: PacketReader[] = [];
	const read = (more: Partial<ReadOptions> = {}): PacketReader => {
		const reader: PacketReader = base.hub.read({ maxBytes: 1_000_000, onReadable: () => told.push(reader), ...more });
		return reader;
	};
	return { ...base, read, told };
}

test("a packet reader begins with what is in force and the newest group, and goes on in order", () => {
	const { read, write } = stage();
	write(metadata, AVC, AAC_44, key(0), inter(40), key(1000), audio(1010));
	const reader = read();
	write(inter(1040), AAC_48, audio(1050));
	expect(words(reader)).toEqual([
		"metadata",
		"video:avc1.4d4028",
		"audio:mp4a.40.2/44100",
		"K@1000",
		"a@1010",
		"p@1040",
		"audio:mp4a.40.2/48000",
		"a@1050",
	]);
	write(inter(1080));
	expect(words(reader)).toEqual(["p@1080"]);
});

test("a packet reader that begins with the history gets every whole group that is held, and what was in force then", () => {
	const { hub, read, write, clock } = stage({ historyMs: 10_000 });
	write(AVC, AAC_44, inter(0), key(40));
	clock.advance(1000);
	hub.discontinuity();
	write(AVC_31, key(1040), audio(1050));
	expect(words(read({ from: "history" }))).toEqual([
		"video:avc1.4d4028",
		"audio:mp4a.40.2/44100",
		"K@40",
		"discontinuity",
		"video:avc1.4d401f",
		"K@1040",
		"a@1050",
	]);
});

test("without a group to begin with a packet reader waits for one", () => {
	const { read, write, told, clock } = stage();
	const reader = read();
	write(AVC, inter(0));
	clock.settle();
	expect(told).toEqual([]);
	write(key(40));
	clock.settle();
	expect(told).toEqual([reader]);
	expect(words(reader)).toEqual(["video:avc1.4d4028", "K@40"]);
});

test("a header is read once for all readers, and said again only where it changes", () => {
	const { read, write } = stage();
	write(AVC, key(0));
	const readers = [read(), read()];
	write(packet("video", "header", 40, Buffer.from(AVC.payload)), key(40));
	const [first, second] = readers.map((reader) => reader.take());
	expect(first?.map(word)).toEqual(["video:avc1.4d4028", "K@0", "K@40"]);
	const configs = [first, second].map((items) => items?.find(({ type }) => type === "config"));
	expect(configs[0]).toMatchObject({ config: { width: 1918, height: 1078 }, header: AVC });
	expect(configs[0]).toEqual(configs[1]);
});

test.for([
	{ name: "a malformed one", header: TORN, reports: 1 },
	{ name: "one of more than 64 KiB", header: packet("video", "header", 0, "\x17".repeat(65_537)), reports: 1 },
	{ name: "one of a codec that is only relayed", header: SPEEX, reports: 0 },
])("a codec header that cannot be read is handed on: $name", ({ header, reports }) => {
	const { read, join, write, malformed, clock } = stage();
	const viewer = new Viewer();
	join(viewer);
	write(AVC, key(0));
	const [reader, other] = [read(), read()];
	write(header, inter(40), key(1000));
	clock.advance(20);
	for (const each of [reader, other]) {
		expect(words(each)).toEqual([
			"video:avc1.4d4028",
			"K@0",
			word({ type: "packet", packet: header }),
			"p@40",
			"K@1000",
		]);
	}
	expect(viewer.texts.join("")).toContain(`${Buffer.from(header.payload)}@0 p@40 K@1000 `);
	expect(malformed).toHaveLength(reports);
});

test("any bytes may call themselves a codec header", () => {
	const kinds = [AVC, AAC_44, packet("video", "header", 0, hex("90 68766331 00"))];
	fc.assert(
		fc.property(fc.constantFrom(...kinds), fc.nat(60), fc.uint8Array({ maxLength: 200 }), (model, at, noise) => {
			const { read, write } = stage();
			const header = { ...model, payload: Buffer.concat([model.payload.subarray(0, at), noise]) };
			write(key(0));
			const reader = read();
			write(header, key(40));
			const [, said, next] = reader.take();
			expect(said?.type === "config" ? said.header : said).toEqual(
				said?.type === "config" ? header : { type: "packet", packet: header },
			);
			expect(next && word(next)).toBe("K@40");
		}),
	);
});

test("a reader is told once, when the work of the turn is done, until it takes", () => {
	const { read, write, told, clock } = stage();
	write(key(0));
	const reader = read();
	expect(told).toEqual([]);
	clock.settle();
	expect(told).toEqual([reader]);
	write(inter(40), inter(80));
	clock.settle();
	expect(told).toHaveLength(1);
	expect(words(reader)).toHaveLength(3);
	expect(words(reader)).toEqual([]);
	write(inter(120));
	expect(told).toHaveLength(1);
	clock.settle();
	expect(told).toHaveLength(2);
});

test("a packet reader that stops reading loses whole groups, the oldest first, and hears how many packets", () => {
	const { read, write } = stage();
	write(AVC, key(0));
	const reader = read({ maxBytes: 6 * 257 });
	expect(words(reader)).toEqual(["video:avc1.4d4028", "K@0"]);
	// The group that was begun is finished; the one behind it does not fit beside the newest.
	write(inter(40), key(1000), inter(1040), inter(1080), key(2000), inter(2040));
	write(inter(2080));
	expect(words(reader)).toEqual(["p@40", "skipped 3", "K@2000", "p@2040", "p@2080"]);
});

test("what changed in packets that were skipped is said behind them", () => {
	const { hub, read, write } = stage();
	write(AVC, AAC_44, key(0));
	const reader = read({ maxBytes: 4 * 257 });
	words(reader);
	write(metadata, key(1000), AAC_48, inter(1040));
	hub.discontinuity();
	write(AVC_31, key(2000), inter(2040), audio(2050));
	expect(words(reader)).toEqual([
		"metadata",
		"skipped 4",
		"discontinuity",
		"video:avc1.4d401f",
		"audio:mp4a.40.2/48000",
		"K@2000",
		"p@2040",
		"a@2050",
	]);
});

test("a group larger than the bound loses its end, and the next one begins it anew", () => {
	const { read, write } = stage();
	write(key(0));
	const reader = read({ maxBytes: 3 * 257 });
	expect(words(reader)).toEqual(["K@0"]);
	write(inter(40), inter(80), inter(120), inter(160), inter(200));
	expect(words(reader)).toEqual([]);
	write(inter(240), key(1000), inter(1040));
	expect(words(reader)).toEqual(["skipped 6", "K@1000", "p@1040"]);
});

test("packets without payload are bounded, too", () => {
	const { read, write } = stage();
	write(key(0, ""));
	const reader = read({ maxBytes: 100 * 256 });
	words(reader);
	for (let time = 1; time < 1000; time++) write(key(time, ""));
	expect(reader.take().filter(({ type }) => type === "packet")).toHaveLength(100);
});

test("what a reader begins with may be more than its bound, and goes with its group", () => {
	const { read, write } = stage();
	write(key(0), inter(40), inter(80), inter(120));
	const reader = read({ maxBytes: 2 * 257 });
	write(inter(160), key(1000));
	expect(words(reader)).toEqual(["K@0", "p@40", "p@80", "p@120", "p@160", "K@1000"]);
});

test("a packet reader that stops reading costs nobody else anything", () => {
	const { read, join, write, clock } = stage();
	write(key(0));
	const viewer = new Viewer();
	join(viewer);
	const [stuck, other] = [read({ maxBytes: 0 }), read()];
	const got: string[] = [];
	for (let second = 1; second <= 100; second++) {
		write(key(second * 1000), inter(second * 1000 + 40));
		clock.advance(1000);
		got.push(...words(other));
	}
	expect(got).toHaveLength(201);
	expect(viewer.texts.join("").match(/[Kp]@/g)).toHaveLength(201);
	expect(words(stuck)).toEqual([]);
});

test("a reader that throws in its callback ends alone", () => {
	const { hub, read, write, told, failures, clock } = stage();
	write(key(0));
	const fault = new Error("a fault");
	const broken = read({
		onReadable: () => {
			throw fault;
		},
	});
	const other = read();
	clock.settle();
	expect(failures).toEqual([fault]);
	expect(told).toEqual([other]);
	write(inter(40));
	hub.end("unpublished");
	expect(words(broken)).toEqual([]);
	expect(words(other)).toEqual(["K@0", "p@40", "ended: unpublished"]);
});

test("the end comes behind all that was written, once", () => {
	const { hub, read, write, told, clock } = stage();
	write(key(0));
	const reader = read();
	clock.settle();
	expect(words(reader)).toEqual(["K@0"]);
	hub.end("clean");
	clock.settle();
	expect(told).toEqual([reader, reader]);
	expect(words(reader)).toEqual(["ended: clean"]);
	expect(words(reader)).toEqual([]);
	const late = read({ from: "history" });
	clock.settle();
	expect(told).toEqual([reader, reader, late]);
	expect(words(late)).toEqual(["ended: clean"]);
});

test("a reader that left gets nothing, and is not told", () => {
	const { read, write, told, clock } = stage();
	write(key(0));
	const reader = read();
	reader.leave();
	reader.leave();
	write(inter(40));
	clock.settle();
	expect(told).toEqual([]);
	expect(words(reader)).toEqual([]);
});
