import { ProtocolError } from "#shared/base/errors";

/** ue(v) of a 32-bit value has at most 32 zeros in front (ITU-T H.264 §9.1). */
const MAX_ZEROS = 32;

/** Reads numbers of any width from bytes it does not own, most significant bit first. Past the end it throws ProtocolError. */
export class BitReader {
	readonly #bytes: Uint8Array;
	#at = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	/** `width` bits, at most 32, as a number without sign. */
	bits(width: number): number {
		if (this.#at + width > this.#bytes.length * 8) {
			throw new ProtocolError("truncated", `a codec header ends ${this.#at} bits in, where ${width} more are wanted`);
		}
		let value = 0;
		for (let left = width; left > 0; left--, this.#at++) {
			value = value * 2 + (((this.#bytes[this.#at >> 3] ?? 0) >> (7 - (this.#at & 7))) & 1);
		}
		return value;
	}

	flag(): boolean {
		return this.bits(1) === 1;
	}

	skip(width: number): void {
		for (let left = width; left > 0; left -= 32) this.bits(Math.min(left, 32));
	}

	/** ue(v), ITU-T H.264 §9.1. */
	ue(): number {
		let zeros = 0;
		while (!this.flag()) {
			if (++zeros > MAX_ZEROS) throw new ProtocolError("codec-header", "an Exp-Golomb number without end");
		}
		return 2 ** zeros - 1 + this.bits(zeros);
	}

	/** se(v), ITU-T H.264 §9.1.1. */
	se(): number {
		const code = this.ue();
		return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
	}
}

/** The bytes of a NAL unit without those that keep start codes out of it (ITU-T H.264 §7.4.1). */
export function withoutEmulation(nal: Uint8Array): Uint8Array {
	const kept: number[] = [];
	let zeros = 0;
	for (const byte of nal) {
		if (zeros >= 2 && byte === 3) {
			zeros = 0;
			continue;
		}
		zeros = byte === 0 ? zeros + 1 : 0;
		kept.push(byte);
	}
	return Uint8Array.from(kept);
}
