import { Deque } from "#shared/base/deque";
import type { HeaderSet } from "#shared/media/headers";
import { beforeCut, type Cut, fromCut, type Piece, plainPiece, UNKNOWN_HEADERS } from "./piece.ts";

/** What a reader is not going to get. */
export type Dropped = { readonly frames: number; readonly groups: number };

/** A piece with a cut, by its place in the queue. */
type Place = { readonly at: number; readonly piece: Piece; readonly cut: Cut };

/**
 * What waits for one reader: references to pieces all readers share. It drops whole groups, so that what was begun is finished;
 * a piece that has been taken out is the taker's, who hands it over whole.
 */
export class Backlog {
	#pieces = new Deque<Piece>();
	#bytes = 0;

	get bytes(): number {
		return this.#bytes;
	}

	get isEmpty(): boolean {
		return this.#pieces.length === 0;
	}

	push(piece: Piece): void {
		this.#pieces.push(piece);
		this.#bytes += piece.bytes.length;
	}

	shift(): Piece | undefined {
		const piece = this.#pieces.shift();
		if (piece) this.#bytes -= piece.bytes.length;
		return piece;
	}

	/** Drops what lies between the end of the group that was begun and the newest one; in front of that goes what leads to its cut. */
	dropBetween(leadTo: (cut: Cut, known: HeaderSet) => Buffer): Dropped | undefined {
		const [first, last] = [this.#firstCut(), this.#lastCut()];
		if (!first || !last || first.at === last.at) return undefined;
		const between = this.#sum(first, last.at);
		const kept = [...this.#upTo(first)];
		const lead = leadTo(last.cut, first.cut.headers);
		if (lead.length > 0) kept.push(plainPiece(lead));
		kept.push(fromCut(last.piece, last.cut), ...this.#from(last.at + 1));
		this.#replace(kept);
		return { frames: between.frames + last.cut.frames, groups: between.groups };
	}

	/** Drops all groups that were not begun; `cut` is the first of them. */
	dropBehind(): (Dropped & { readonly cut: Cut }) | undefined {
		const first = this.#firstCut();
		if (!first) return undefined;
		const dropped = this.#sum(first, this.#pieces.length);
		this.#replace([...this.#upTo(first)]);
		return { ...dropped, cut: first.cut };
	}

	/** Drops everything: the group that was begun loses its end, where any of it was still here. */
	clear(): Dropped {
		let frames = 0;
		let groups = 0;
		let begun = 0;
		for (const piece of this.#from(0)) {
			if (groups === 0) begun += piece.cut ? piece.cut.frames : piece.frames;
			frames += piece.frames;
			groups += piece.groups;
		}
		this.#replace([]);
		return { frames, groups: begun > 0 ? groups + 1 : groups };
	}

	/** What who has all that was taken out knows of headers. */
	get headersBefore(): HeaderSet {
		return this.#pieces.at(0)?.headersBefore ?? UNKNOWN_HEADERS;
	}

	/** Frames and groups from a cut up to a place. */
	#sum({ at, cut }: Place, to: number): Dropped {
		let frames = -cut.frames;
		let groups = 0;
		for (let place = at; place < to; place++) {
			frames += this.#pieces.at(place)?.frames ?? 0;
			groups += this.#pieces.at(place)?.groups ?? 0;
		}
		return { frames, groups };
	}

	*#upTo({ at, piece, cut }: Place): Generator<Piece> {
		for (let place = 0; place < at; place++) {
			const before = this.#pieces.at(place);
			if (before) yield before;
		}
		if (cut.at > 0) yield beforeCut(piece, cut);
	}

	*#from(at: number): Generator<Piece> {
		for (let place = at; place < this.#pieces.length; place++) {
			const piece = this.#pieces.at(place);
			if (piece) yield piece;
		}
	}

	#firstCut(): Place | undefined {
		for (let at = 0; at < this.#pieces.length; at++) {
			const piece = this.#pieces.at(at);
			if (piece?.cut) return { at, piece, cut: piece.cut };
		}
		return undefined;
	}

	#lastCut(): Place | undefined {
		for (let at = this.#pieces.length - 1; at >= 0; at--) {
			const piece = this.#pieces.at(at);
			if (piece?.cut) return { at, piece, cut: piece.cut };
		}
		return undefined;
	}

	#replace(pieces: readonly Piece[]): void {
		this.#pieces = new Deque();
		this.#bytes = 0;
		for (const piece of pieces) this.push(piece);
	}
}
