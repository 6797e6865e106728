import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Clock, Millis } from "#shared/base/clock";
import type { MediaTrack } from "#shared/base/names";
import { type DashPeriod, DashPeriods } from "#shared/formats/dash";
import { HlsSeries } from "#shared/formats/hls";
import { type Packaged, type PackagedSegment, type PackagerOptions, packageStream } from "#shared/media/package";
import type { Lease } from "#shared/mesh/catalog";
import { type Waiter, type WaitingPlaces, Waits } from "./waits.ts";

/** Playlists list all but so many of the segments that are kept: who has read of one can still get it. */
const OUTLIVE_SEGMENTS = 3;
/** The first whole segment is waited for so many segments' time; one of an encoder whose keyframes are rarer is not. */
const READY_SEGMENTS = 3;

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

	/**
	 * Waits up to `ms` until something comes, and then for a whole segment: players that know no parts give up on a playlist
	 * without one.
	 */
	async waitUntilReady(ms: Millis, waiter: Waiter): Promise<void> {
		if (this.#isReady) return;
		await this.waits.until(() => this.packaged.tracks.length > 0 || this.packaged.refusals.length > 1, ms, waiter);
		if (this.packaged.tracks.length > 0)
			await this.waits.until(() => this.#isReady, READY_SEGMENTS * this.packaged.segmentMs, waiter);
	}

	/** Whether there are whole segments of all tracks that are on their way, as far as one can tell. */
	get #isReady(): boolean {
		const { tracks, refusals, hasEnded } = this.packaged;
		if (tracks.length === 0) return false;
		const expected = new Set(this.#lease.hub.headers().map(({ kind }) => kind)).size - refusals.length;
		const isListed = tracks.every(({ segments }) => segments.some(({ isWhole }) => isWhole));
		return hasEnded || (isListed && (tracks.length >= expected || tracks.some(({ segments }) => segments.length > 2)));
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
			tracks.map(({ kind, config, bitrate, frameRate, segments }) => ({
				...{ kind, config, bitrate, frameRate },
				segments: segments.slice(-listed),
			})),
		);
		this.waits.look();
	}
}
