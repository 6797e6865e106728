import { decodeAmf0, encodeAmf0 } from "#shared/formats/amf0";
import type { MediaPacket, SegmentMark, SegmentPlace } from "#shared/formats/packet";

/** The data message that goes on node links in front of a packet with a mark or a place: its name, then six values. */
const NAME = encodeAmf0("millraceSegment");
/** Ours have 75 bytes. */
const MAX_BYTES = 128;
/** A segment without a keyframe ends after some lengths of at most 20 s; what says it is longer is no segment of ours. */
const MAX_SEGMENT_TICKS = 600 * 90_000;
/** Two numbers a second for 10,000 years. */
const MAX_NUMBER = 2 ** 40;
/** Players keep it in 31 bits. */
const MAX_DISCONTINUITIES = 2 ** 31 - 1;
/** The year 3000. */
const MAX_TICKS = 32_503_680_000 * 90_000;

/** Why a message about a segment is not believed. */
export type SegmentRefusal = "malformed" | "misplaced" | "uninvited";

/** Whether a packet is a message about a segment, however badly made: no encoder and no viewer has a use for one. */
export const isSegmentMessage = ({ kind, payload }: MediaPacket): boolean =>
	kind === "data" && payload.length >= NAME.length && NAME.compare(payload, 0, NAME.length) === 0;

/** What is sent in front of a packet; undefined where there is nothing to say of it. */
export function segmentMessage({ mark, place, time }: MediaPacket): MediaPacket | undefined {
	if (!mark && !place) return undefined;
	const { number, begin, discontinuities } = mark ?? place ?? { number: 0, begin: 0, discontinuities: 0 };
	const at = mark ? begin : (place?.at ?? begin);
	const [isBegin, isDiscontinuity] = [mark !== undefined, mark?.discontinuity ?? false];
	const payload = encodeAmf0("millraceSegment", number, begin, at, isBegin, isDiscontinuity, discontinuities);
	return { kind: "data", role: "other", time, payload };
}

/** Reads what stands behind the name; undefined where that cannot be. */
function readMessage(payload: Uint8Array): { mark: SegmentMark } | { place: SegmentPlace } | undefined {
	if (payload.length > MAX_BYTES) return undefined;
	// Peers that do not count yet say nothing behind the fifth.
	const [, number, begin, at, isBegin, discontinuity, discontinuities = 0] = valuesOf(payload);
	if (!isCount(number, MAX_NUMBER) || !isCount(begin, MAX_TICKS) || !isCount(at, MAX_TICKS)) return undefined;
	if (!isCount(discontinuities, MAX_DISCONTINUITIES)) return undefined;
	if (at < begin || at - begin > MAX_SEGMENT_TICKS) return undefined;
	if (isBegin !== true) return { place: { number, begin, at, discontinuities } };
	return at === begin ? { mark: { number, begin, discontinuity: discontinuity === true, discontinuities } } : undefined;
}

function valuesOf(payload: Uint8Array): unknown[] {
	try {
		return decodeAmf0(payload);
	} catch {
		return [];
	}
}

const isCount = (value: unknown, most: number): value is number =>
	typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most;

/** Turns the messages of one parent back into marks and places of the packets behind them. */
export class SegmentReader {
	readonly #onRefused: (reason: SegmentRefusal) => void;
	#isInvited = false;
	#next: { readonly time: number; readonly about: { mark: SegmentMark } | { place: SegmentPlace } } | undefined;

	/** `onRefused` hears of each message that is thrown away. */
	constructor(onRefused: (reason: SegmentRefusal) => void) {
		this.#onRefused = onRefused;
	}

	/** The parent is a node that was asked for them; of anybody else they are not believed. */
	invite(): void {
		this.#isInvited = true;
	}

	/** The packet with what was said of it; undefined for a message. */
	take(packet: MediaPacket): MediaPacket | undefined {
		if (isSegmentMessage(packet)) {
			this.#hear(packet);
			return undefined;
		}
		const next = this.#next;
		if (!next) return packet;
		this.#next = undefined;
		const isMeant = packet.time === next.time && (packet.role === "keyframe" || packet.role === "frame");
		if (isMeant) return { ...packet, ...next.about };
		this.#onRefused("misplaced");
		return packet;
	}

	#hear({ payload, time }: MediaPacket): void {
		if (this.#next) this.#onRefused("misplaced");
		this.#next = undefined;
		const about = this.#isInvited ? readMessage(payload) : undefined;
		if (about) this.#next = { time, about };
		else this.#onRefused(this.#isInvited ? "malformed" : "uninvited");
	}
}
