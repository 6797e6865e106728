import { classify } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";
import { demoClip } from "../../support/clip.ts";
import type { Random } from "../random.ts";

const FOUR_CC = [
	"hvc1",
	"av01",
	"vp09",
	"avc1",
	"vvc1",
	"vp08",
	"Opus",
	"ac-3",
	"ec-3",
	"fLaC",
	"mp4a",
	".mp3",
	"\0\0\0\0",
] as const;
/** Places where a count of milliseconds wraps, or grows by a byte. */
const MOMENTS = [0, 1, 0x7fff, 0xfffffe, 0xffffff, 0x1000000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff] as const;
const STEPS = [0, 1, 20, 21, 33, 40, 1000] as const;
const MAX_BODY_BYTES = 200;
const real = demoClip().slice(0, 120);

/** An encoder whose clock starts over, jumps and stands, and whose tags are any that FLV and Enhanced RTMP allow. */
export class AbsurdEncoder {
	readonly #random: Random;
	#time: number;
	#place = 0;

	constructor(random: Random) {
		this.#random = random;
		this.#time = random.pick(MOMENTS);
	}

	/** Headers as encoders begin with, so that what follows is taken for a stream. */
	start(): MediaPacket[] {
		return real.slice(0, 4).map((packet) => ({ ...packet, time: this.#time }));
	}

	next(): MediaPacket {
		const random = this.#random;
		this.#time = tick(this.#time, random);
		if (!random.oneIn(4)) return this.#real();
		const kind = random.pick(["video", "audio", "data"] as const);
		const payload = { video: videoBody, audio: audioBody, data: dataBody }[kind](random);
		return { kind, role: classify(kind, payload), time: this.#time, payload };
	}

	/** In the clip's order, mostly: what two encoders both send is to be recognised. */
	#real(): MediaPacket {
		this.#place = this.#random.oneIn(30) ? this.#random.below(real.length) : this.#place + 1;
		const [packet] = real.slice(this.#place % real.length);
		if (!packet) throw new Error("the clip is empty");
		return { ...packet, time: this.#time };
	}
}

function tick(time: number, random: Random): number {
	if (random.oneIn(60)) return random.pick(MOMENTS);
	if (random.oneIn(60)) return (time + random.u32()) >>> 0;
	if (random.oneIn(20)) return Math.max(0, time - random.below(5000));
	return (time + random.pick(STEPS)) >>> 0;
}

function bytes(random: Random): Buffer {
	// Few different ones: silence and still pictures repeat themselves.
	return Buffer.alloc(random.below(random.pick([1, 8, MAX_BODY_BYTES])), random.below(4));
}

const fourCc = (random: Random): Buffer => Buffer.from(random.pick(FOUR_CC), "latin1");

function videoBody(random: Random): Buffer {
	const frameType = random.pick([1, 1, 2, 2, 3, 4, 5, 7]);
	if (random.oneIn(2)) {
		const head = [frameType << 4, random.pick([7, 7, 7, 2, 4, 12, 15])];
		const packetType = random.pick([0, 1, 1, 1, 2, 255]);
		return Buffer.concat([
			Buffer.of((head[0] ?? 0) | (head[1] ?? 0), packetType),
			compositionTime(random),
			bytes(random),
		]);
	}
	return enhanced(0x80 | (frameType << 4), random, 8);
}

function audioBody(random: Random): Buffer {
	if (random.oneIn(2))
		return Buffer.concat([Buffer.of((random.below(16) << 4) | 0x0f, random.below(3)), bytes(random)]);
	return enhanced(0x90, random, 6);
}

/** A tag with FourCC: sequence start and end, coded frames, metadata, multitrack, ModEx. */
function enhanced(head: number, random: Random, packetTypes: number): Buffer {
	const packetType = random.below(packetTypes);
	const isMultitrack = packetType === (head === 0x90 ? 5 : 6);
	const isModEx = packetType === 7;
	const more = isMultitrack ? Buffer.of((random.below(4) << 4) | random.below(5)) : Buffer.alloc(0);
	const modifier = isModEx ? Buffer.of(random.below(4), 0, 0, 1, random.below(256)) : Buffer.alloc(0);
	const track = isMultitrack ? Buffer.of(random.below(256), 0, 0, random.below(20)) : Buffer.alloc(0);
	const time = random.oneIn(2) ? compositionTime(random) : Buffer.alloc(0);
	return Buffer.concat([Buffer.of(head | packetType), more, modifier, fourCc(random), track, time, bytes(random)]);
}

function compositionTime(random: Random): Buffer {
	const time = Buffer.alloc(3);
	time.writeUIntBE(random.pick([0, 0, 33, 0x7fffff, 0x800000, 0xffffff]), 0, 3);
	return time;
}

function dataBody(random: Random): Buffer {
	const name = random.pick(["onMetaData", "onCuePoint", "|RtmpSampleAccess", ""]);
	const text = Buffer.concat([Buffer.of(2, 0, name.length), Buffer.from(name)]);
	return Buffer.concat([
		text,
		random.pick([Buffer.of(8, 0, 0, 0, 1), Buffer.of(3, 0, 0, 9), Buffer.of(5), Buffer.alloc(0)]),
		bytes(random),
	]);
}
