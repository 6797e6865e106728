import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Clock, Millis } from "#shared/base/clock";
import type { MediaTrack } from "#shared/base/names";
import { type DashPeriod, DashPeriods } from "#shared/formats/dash";
import { HlsSeries } from "#shared/formats/hls";
import { type Packaged, type PackagedSegment, type PackagerOptions, packageStream } from "#shared/media/package";
import type { Lease } from "#shared/mesh/catalog";
import { type WaitingPlaces, Waits } from "./waits.ts";

/** Playlists list all but so many of the segments that are kept: who has read of one can still get it. */
const OUTLIVE_SEGMENTS = 3;

/** A text as it is sent, made once for each state of the stream. */
export type Page = { readonly plain: Buffer; readonly zipped: Buffer; readonly etag: string };

export type ShowingOptions = PackagerOptions & { readonly clock: Clock; readonly places: WaitingPlaces };

/** One stream that is packaged here for those who ask for its segments. Holds the lease; closing lets it go. */
export class Showing {
	readonly packaged: Packaged;
	readonly series: HlsSeries;
	readonly waits: Waits;
	readonly windowMs: Millis;
	readonly #lease: Lease;
	readonly #periods = new DashPeriods();
	readonly #pages = new Map<string, Page>();
	readonly #close: () => void;
	#current: readonly DashPeriod[] = [];

	constructor(lease: Lease, options: ShowingOptions) {
		const { segmentMs, partMs, windowSegments } = options;
		this.#lease = lease;
		this.waits = new Waits(options.clock, options.places);
		this.windowMs = Math.max(1, windowSegments - OUTLIVE_SEGMENTS) * segmentMs;
		this.series = new HlsSeries({ segmentMs, partMs, windowMs: this.windowMs });
		const packaged = packageStream(lease.hub, options);
		this.packaged = packaged;
		packaged.onChange(() => this.#changed());
		this.#close = () => {
			packaged[Symbol.dispose]();
			lease.release();
		};
	}

	/** Whether each track that is on its way has a part, or it has been waited long enough for one that does not come. */
	get isReady(): boolean {
		const { tracks, refusals } = this.packaged;
		const expected = new Set(this.#lease.hub.headers().map(({ kind }) => kind)).size - refusals.length;
		return tracks.length > 0 && (tracks.length >= expected || tracks.some(({ segments }) => segments.length > 2));
	}

	/** Of the stream as it is now, oldest first. */
	get periods(): readonly DashPeriod[] {
		return this.#current;
	}

	segment(track: MediaTrack, number: number): PackagedSegment | undefined {
		return this.packaged.tracks
			.find(({ kind }) => kind === track)
			?.segments.find((segment) => segment.number === number && segment.parts.length > 0);
	}

	/** A text about the stream as it is now; `write` is called once for each state of it. */
	page(name: string, write: () => string | undefined): Page | undefined {
		const known = this.#pages.get(name);
		const text = known ? undefined : write();
		if (text === undefined) return known;
		const plain = Buffer.from(text);
		const etag = `"${createHash("sha1").update(plain).digest("base64url")}"`;
		const page = { plain, zipped: gzipSync(plain), etag };
		this.#pages.set(name, page);
		return page;
	}

	close(): void {
		this.#close();
		this.waits.look();
	}

	#changed(): void {
		const { tracks, hasEnded } = this.packaged;
		this.#pages.clear();
		this.series.update(tracks, hasEnded);
		const listed = this.windowMs / this.packaged.segmentMs;
		this.#current = this.#periods.update(
			tracks.map((track) => ({ ...track, segments: track.segments.slice(-listed) })),
		);
		this.waits.look();
	}
}
