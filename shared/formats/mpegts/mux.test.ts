import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readFlv } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";
import { judgeTs } from "../../../test/support/ts-judge.ts";
import { misfitAmong } from "./misfit.ts";
import { BEGINNING, leadIn, type MuxState, mux } from "./mux.ts";

const fixture = (name: string): MediaPacket[] =>
	readFlv(readFileSync(new URL(`../../../test/fixtures/${name}.flv`, import.meta.url)));

/** A stream as a hub hands it on: each packet with the headers in force, the same list while none changes. */
function run(packets: readonly MediaPacket[]) {
	let [state, headers]: [MuxState, readonly MediaPacket[]] = [BEGINNING, []];
	const steps = packets.map((packet) => {
		if (packet.role === "header") headers = [...headers.filter(({ kind }) => kind !== packet.kind), packet];
		const before = state;
		const into: Uint8Array[] = [];
		state = mux(before, packet, headers, into);
		return { packet, before, headers, bytes: Buffer.concat(into) };
	});
	return { steps, bytes: Buffer.concat(steps.map(({ bytes }) => bytes)) };
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const sound = (time: number, payload: Buffer, role: MediaPacket["role"] = "frame"): MediaPacket => ({
	kind: "audio",
	role,
	time,
	payload,
});
const mp3 = (time: number): MediaPacket => sound(time, hex("2f fffb5064 00"));
const ac3 = (time: number): MediaPacket =>
	sound(time, Buffer.concat([hex("91"), Buffer.from("ac-3"), hex("0b771ef8")]));

// The tables are ffmpeg 5.1's of the same tracks.
const PAT = "0000b00d0001c100000001f0002ab104b2ff";
test.for([["H.264 and AAC", fixture("bframes"), "0002b0170001c10000e100f0001be100f0000fe101f0002f44b99bff"]] as const)(
	"tables as another muxer writes them: %s",
	([, packets, map]) => {
		const { bytes } = run(packets);
		expect(bytes.subarray(0, 4).toString("hex")).toBe("47400010");
		expect(bytes.subarray(4, 22).toString("hex")).toBe(PAT);
		expect(bytes.subarray(188, 192).toString("hex")).toBe("47500010");
		expect(bytes.subarray(192, 192 + map.length / 2).toString("hex")).toBe(map);
	},
);

test.for(["bframes", "audio-only", "video-only", "hevc-aac.enhanced"])("nothing breaks the rules: %s", (name) => {
	const packets = fixture(name);
	const { bytes } = run(packets);
	const { faults, units, programs, jumps } = judgeTs(bytes);
	expect([faults, programs.length, jumps]).toEqual([[], 1, 0]);
	expect(units).toHaveLength(packets.filter(({ role }) => role === "keyframe" || role === "frame").length);
});

test("sound is in ADTS frames that say what the codec header said", () => {
	const [unit] = judgeTs(run(fixture("audio-only")).bytes).units;
	// MPEG-4, LC, 48 kHz, two channels; the size with its header (ISO/IEC 14496-3 §1.A.2.2).
	expect(unit?.data.subarray(0, 3).toString("hex")).toBe("fff14c");
	expect(((unit?.data.readUInt32BE(3) ?? 0) >>> 13) & 0x1fff).toBe(unit?.data.length);
});

test.for([
	["bframes", "0000000109f0", "0000000167"],
	["hevc-aac.enhanced", "00000001460150", "0000000140"],
])("a picture begins with a delimiter, a keyframe goes on with parameter sets: %s", ([name, delimiter, sets]) => {
	const pictures = judgeTs(run(fixture(name ?? "")).bytes).units.filter(({ pid }) => pid === 0x100);
	for (const { data, isRandomAccess } of pictures) {
		const text = data.subarray(0, 20).toString("hex");
		expect(text.startsWith(`${delimiter}${isRandomAccess ? sets : ""}`)).toBe(true);
	}
	expect(pictures.filter(({ isRandomAccess }) => isRandomAccess)).toHaveLength(5);
});

test("Opus is registered, its frames have their header, and AV1 has no room", () => {
	const packets = fixture("av1-opus.enhanced");
	const headers = packets.filter(({ role }) => role === "header");
	expect(misfitAmong(headers)).toBe("av01");
	const { faults, programs, units } = judgeTs(run(packets.filter(({ kind }) => kind === "audio")).bytes);
	expect(faults).toEqual([]);
	expect(programs[0]?.streams).toEqual([{ pid: 0x101, type: 6, descriptors: "\x05\x04Opus\x7f\x02\x80\x02" }]);
	const [unit] = units;
	// The prefix of eleven bits, and the size.
	expect(unit?.data.readUInt16BE(0)).toBe(0x7fe0);
	const full = unit?.data.subarray(2).findIndex((byte) => byte !== 255) ?? 0;
	expect(full * 255 + (unit?.data[2 + full] ?? 0)).toBe((unit?.data.length ?? 0) - 3 - full);
});

test("codecs without a header are known by their frames, and a change of codec is another version of the table", () => {
	const { bytes } = run([mp3(0), mp3(24), ac3(48), ac3(80), mp3(112)]);
	const { faults, programs } = judgeTs(bytes);
	expect(faults).toEqual([]);
	expect(programs.map(({ version, streams }) => [version, streams[0]?.type, streams[0]?.descriptors])).toEqual([
		[0, 0x03, ""],
		[1, 0x81, "\x05\x04AC-3"],
		[2, 0x03, ""],
	]);
});

test("a track that comes late is listed before its first frame", () => {
	const packets = fixture("bframes");
	const late = packets.filter(({ kind, time }) => kind === "audio" || time > 2000 || kind === "data");
	const header = packets.find(({ kind, role }) => kind === "video" && role === "header") ?? expect.fail("a header");
	const at = late.findIndex(({ kind, role }) => kind === "video" && role === "keyframe");
	const { faults, programs } = judgeTs(
		run([...late.slice(0, at).filter(({ kind }) => kind === "audio"), header, ...late.slice(at)]).bytes,
	);
	expect(faults).toEqual([]);
	expect(programs.map(({ streams }) => streams.map(({ type }) => type))).toEqual([[0x0f], [0x1b, 0x0f]]);
});

test("clock and times go through the end of their 33 bits", () => {
	const wrap = 2 ** 33 / 90;
	const { steps } = run(
		fixture("video-only").map((packet) => ({ ...packet, time: packet.time + Math.floor(wrap) - 2000 })),
	);
	const times = steps.flatMap(({ bytes }) => (bytes.length > 0 ? judgeTs(bytes).units.map(({ dts }) => dts) : []));
	const steps33 = times.slice(1).map((dts, place) => (dts - (times[place] ?? 0) + 2 ** 33) % 2 ** 33);
	expect(Math.max(...steps33)).toBeLessThanOrEqual(34 * 90);
	expect(Math.min(...steps33)).toBeGreaterThan(0);
	expect(times.some((dts) => dts < 90_000 * 4)).toBe(true);
});

test("a picture shown before it is decoded is decoded earlier, and decoding goes on", () => {
	const earlier = fixture("bframes").map((packet) => {
		if (packet.kind !== "video" || packet.role === "header") return packet;
		const payload = Buffer.from(packet.payload);
		payload.writeIntBE(payload.readIntBE(2, 3) - 80, 2, 3);
		return { ...packet, payload };
	});
	expect(judgeTs(run(earlier.map((packet) => ({ ...packet, time: packet.time + 200 }))).bytes).faults).toEqual([]);
});

test("the same state and packet are the same bytes; who missed something is told before it goes on", () => {
	const { steps } = run(fixture("bframes"));
	const keys = steps.flatMap(({ packet }, place) =>
		packet.kind === "video" && packet.role === "keyframe" ? [place] : [],
	);
	const [, second = 0, , fourth = 0] = keys;
	const again: Uint8Array[] = [];
	const step = steps[fourth] ?? expect.fail("a keyframe");
	mux(step.before, step.packet, step.headers, again);
	expect(Buffer.concat(again).equals(step.bytes)).toBe(true);

	const had = steps.slice(0, second).map(({ bytes }) => bytes);
	const rest = steps.slice(fourth).map(({ bytes }) => bytes);
	expect(judgeTs(Buffer.concat([...had, leadIn(step.before, true), ...rest])).faults).toEqual([]);
	expect(judgeTs(Buffer.concat([...had, ...rest])).faults).not.toEqual([]);
	const joined = judgeTs(Buffer.concat([leadIn(step.before, false), ...rest]));
	expect([joined.faults, joined.jumps]).toEqual([[], 0]);
});

test.for([
	["a frame that is cut in its length", "17 01 000000 0000"],
	["a frame whose NAL unit is longer than it", "17 01 000000 7fffffff 65"],
	["a frame of nothing", "17 01 000000"],
	["a NAL unit of nothing", "17 01 000000 00000000"],
])("%s is left out", ([, payload]) => {
	const packets = fixture("video-only").slice(0, 2);
	const { steps } = run([...packets, { kind: "video", role: "keyframe", time: 0, payload: hex(payload ?? "") }]);
	expect(steps.at(-1)?.bytes).toHaveLength(0);
});

test("a codec header that makes no sense is a track that is not there", () => {
	const broken: MediaPacket = { kind: "video", role: "header", time: 0, payload: hex("17 00 000000 02") };
	const audio = fixture("audio-only");
	const { faults, programs } = judgeTs(run([broken, ...audio]).bytes);
	expect([faults, programs.map(({ streams }) => streams.map(({ pid }) => pid))]).toEqual([[], [[0x101]]]);
	expect(misfitAmong([broken])).toBe("avc1");
});
