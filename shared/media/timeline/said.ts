import type { MediaPacket, Ticks } from "#shared/formats/packet";

/** What comes with a packet: of a mark, or of a place. */
export type Said = {
	readonly number: number;
	readonly begin: Ticks;
	readonly at: Ticks;
	readonly isBegin: boolean;
	readonly isDiscontinuity: boolean;
	readonly discontinuities: number;
};

/** What a packet says that bears a mark or a place. */
export function saidOf({ mark, place }: MediaPacket): Said {
	if (mark) return { ...mark, at: mark.begin, isBegin: true, isDiscontinuity: mark.discontinuity };
	const { number = 0, begin = 0, at = 0, discontinuities = 0 } = place ?? {};
	return { number, begin, at, discontinuities, isBegin: false, isDiscontinuity: false };
}

/** The packet with nothing said of it. */
export function bare(packet: MediaPacket): MediaPacket {
	if (!packet.mark && !packet.place) return packet;
	const { mark: _mark, place: _place, ...rest } = packet;
	return rest;
}

/** Added to what is said, so that it fits. */
export type Moved = { readonly number: number; readonly ticks: number; readonly discontinuities: number };
export const UNMOVED: Moved = { number: 0, ticks: 0, discontinuities: 0 };
