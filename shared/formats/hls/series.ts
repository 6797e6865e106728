import type { MediaTrack } from "#shared/base/names";
import { type MediaPlaylist, writeMediaPlaylist } from "./media-playlist.ts";
import { edgeOf, type HlsEdge, type HlsRendition, type HlsSegment } from "./rendition.ts";

/** A playlist holds at least so many target durations (rfc8216bis §6.2.2). */
const LEAST_TARGETS = 3;
const TICKS = 90_000;

export type HlsSeriesOptions = {
	/** How long a segment is meant to be. */
	readonly segmentMs: number;
	/** The longest part. */
	readonly partMs: number;
	/** How much a playlist lists. */
	readonly windowMs: number;
};

/** What is listed of a rendition, and the number it begins with, which never falls. */
type Listed = { readonly first: number; readonly segments: readonly HlsSegment[] };

/**
 * The media playlists of one stream over its life, with what may never fall or change in it: `update` is to be told of every
 * change. The target duration is `segmentMs`, and rises only where an encoder's keyframes are farther apart than that.
 */
export class HlsSeries {
	readonly #options: HlsSeriesOptions;
	readonly #listed = new Map<MediaTrack, Listed>();
	#targetDuration: number;
	#hasEnded = false;

	constructor(options: HlsSeriesOptions) {
		this.#options = options;
		this.#targetDuration = Math.ceil(options.segmentMs / 1000);
	}

	/** Seconds. */
	get targetDuration(): number {
		return this.#targetDuration;
	}

	get hasEnded(): boolean {
		return this.#hasEnded;
	}

	/** Takes the stream as it is now. */
	update(renditions: readonly HlsRendition[], hasEnded: boolean): void {
		this.#hasEnded = hasEnded;
		for (const { segments } of renditions) {
			for (const { duration } of segments.slice(-2)) {
				this.#targetDuration = Math.max(this.#targetDuration, Math.round(duration / TICKS));
			}
		}
		for (const { kind, segments } of renditions) {
			const { first } = this.#listed.get(kind) ?? { first: 0 };
			const listed = this.#window(segments, first);
			this.#listed.set(kind, { first: listed[0]?.number ?? first, segments: listed });
		}
	}

	/** Where a rendition ends; undefined while it has no part. */
	edge(kind: MediaTrack): HlsEdge | undefined {
		return edgeOf(this.#listed.get(kind)?.segments ?? []);
	}

	/** The text of a rendition's playlist, or of what is new in it; undefined while it has no part. */
	write(kind: MediaTrack, isDelta: boolean): string | undefined {
		const { segments } = this.#listed.get(kind) ?? { segments: [] };
		if (segments.length === 0) return undefined;
		const others = [...this.#listed.keys()].flatMap((other) => {
			const edge = other === kind ? undefined : this.edge(other);
			return edge ? [{ kind: other, edge }] : [];
		});
		const playlist: MediaPlaylist = {
			kind,
			segments,
			targetDuration: this.#targetDuration,
			partMs: this.#options.partMs,
			others,
			hasEnded: this.#hasEnded,
		};
		return writeMediaPlaylist(playlist, isDelta);
	}

	/** The newest segments without a gap in their numbers, enough to fill the window, and none that was left out before. */
	#window(all: readonly HlsSegment[], first: number): readonly HlsSegment[] {
		const enough = Math.max(this.#options.windowMs * (TICKS / 1000), LEAST_TARGETS * this.#targetDuration * TICKS);
		const segments = all.filter(({ parts }) => parts.length > 0);
		let [at, span] = [segments.length, 0];
		while (at > 0 && span < enough) {
			const segment = segments[at - 1];
			const next = segments[at];
			if (!segment || segment.number < first || (next && next.number !== segment.number + 1)) break;
			if (segment.isWhole || next) span += segment.duration;
			at--;
		}
		return segments.slice(at);
	}
}
