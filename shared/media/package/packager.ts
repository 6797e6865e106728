import type { Cancel, Millis } from "#shared/base/clock";
import type { MediaPacket } from "#shared/formats/packet";
import type { StreamItem } from "#shared/media/stream";
import { frameOf } from "./frame.ts";
import { Horizon, type Kind } from "./horizon.ts";
import { Ladder, type Rung } from "./ladder.ts";
import type { Packaged, PackagedTrack } from "./packaged.ts";
import { TrackCodec } from "./track-codec.ts";
import { maxSegmentMs, TrackPackager } from "./track-packager.ts";
import { viewOf } from "./track-view.ts";

/** How a stream is packaged; units are in the names. */
export type PackagerOptions = {
	readonly segmentMs: Millis;
	readonly partMs: Millis;
	/** Whole segments kept of each track, beside the one that grows. */
	readonly windowSegments: number;
	/** All parts of all tracks together. */
	readonly windowBytes: number;
};

/** Frames that wait until both tracks have come so far: seconds of the fastest stream there is. */
const MAX_PENDING_BYTES = 16 * 1024 * 1024;
const KINDS: readonly Kind[] = ["video", "audio"];

type Lane = { readonly track: TrackPackager; readonly codec: TrackCodec; last: Millis };

/**
 * Makes segments and parts out of the items of a packet reader. A frame belongs to the segment and part in whose span its
 * decode time lies: nodes that get the same frames and marks make the same bytes, in whatever order the tracks are mixed and
 * wherever they begin. Pure: no timer; what is late is told by the other track's times. Call `take` with what a reader gives.
 */
export class Packager implements Packaged {
	readonly #options: PackagerOptions;
	readonly #ladder = new Ladder();
	readonly #horizon = new Horizon();
	readonly #lanes: Readonly<Record<Kind, Lane>>;
	/** The first segment since packets were missing: frames of it that came before its mark may be missing, too. */
	#doubtful: { readonly rung: Rung; readonly bearer: Kind } | undefined;
	#tracks: readonly PackagedTrack[] = [];
	#listeners: readonly (() => void)[] = [];
	#hasEnded = false;
	/** The newest part and segment listeners were told of. */
	#told: string;

	constructor(options: PackagerOptions) {
		this.#options = options;
		const { segmentMs, partMs, windowSegments } = options;
		const shared = { ladder: this.#ladder, partMs, maxSegmentMs: maxSegmentMs(segmentMs), windowSegments };
		const lane = (kind: Kind): Lane => ({
			track: new TrackPackager(kind, shared),
			codec: new TrackCodec(),
			last: Number.NEGATIVE_INFINITY,
		});
		this.#lanes = { video: lane("video"), audio: lane("audio") };
		this.#told = this.#newest;
	}

	get tracks(): readonly PackagedTrack[] {
		return this.#tracks;
	}

	get refusals(): readonly string[] {
		return KINDS.flatMap((kind) => this.#lanes[kind].codec.refused ?? []);
	}

	get segmentMs(): Millis {
		return this.#options.segmentMs;
	}

	get partMs(): Millis {
		return this.#options.partMs;
	}

	get hasEnded(): boolean {
		return this.#hasEnded;
	}

	/** Bytes of all parts that are kept, and of frames that are to become parts. */
	get bytes(): number {
		let bytes = 0;
		for (const kind of KINDS) {
			const { track } = this.#lanes[kind];
			bytes += track.pendingBytes;
			for (const segment of track.segments) bytes += segment.bytes;
		}
		return bytes;
	}

	/** Frames that came and are in no part. */
	get dropped(): number {
		return this.#lanes.video.track.dropped + this.#lanes.audio.track.dropped;
	}

	init(id: string): Uint8Array | undefined {
		for (const kind of KINDS) {
			const segment = this.#lanes[kind].track.segments.findLast(({ init }) => init?.id === id);
			if (segment?.init) return segment.init.bytes;
		}
		return undefined;
	}

	onChange(listener: () => void): Cancel {
		this.#listeners = [...this.#listeners, listener];
		return () => {
			this.#listeners = this.#listeners.filter((other) => other !== listener);
		};
	}

	/** The next items of the stream, in order. Calls listeners at the end, once. */
	take(items: readonly StreamItem[]): void {
		for (const item of items) this.#takeOne(item);
		this.#advance();
		this.#shrink();
		this.#tell();
	}

	/** Nothing more comes: closes what is open. */
	end(): void {
		if (this.#hasEnded) return;
		this.#flush();
		this.#hasEnded = true;
		this.#tell();
	}

	#takeOne(item: StreamItem): void {
		if (item.type === "packet") this.#packet(item.packet);
		else if (item.type === "config") this.#lanes[item.track].codec.configure(item.config);
		else if (item.type === "skipped") this.#abandon();
		else if (item.type === "ended") this.end();
		// Of the rest, metadata is for nobody here, and marks say where times are broken.
	}

	#packet(packet: MediaPacket): void {
		const { kind, role, mark } = packet;
		if (kind === "data" || (role !== "frame" && role !== "keyframe")) return;
		if (mark) this.#begin({ mark, time: packet.time }, kind);
		const lane = this.#lanes[kind];
		const time = Math.max(packet.time, lane.last);
		lane.last = time;
		this.#horizon.note(kind, time);
		const init = lane.codec.initFor(packet);
		const frame = init && frameOf(packet, time, init);
		if (frame && !lane.track.push(frame)) this.#horizon.late(kind, time);
		if (lane.track.pendingBytes > MAX_PENDING_BYTES) this.#abandon();
	}

	#begin(rung: Rung, bearer: Kind): void {
		const newest = this.#ladder.newest;
		if (newest && rung.time < newest.time) {
			this.#flush();
			this.#abandon();
		}
		if (!this.#ladder.newest) {
			this.#doubtful = { rung, bearer };
			for (const kind of KINDS) {
				if (kind !== bearer && this.#lanes[kind].codec.isKnown && !this.#horizon.isNoted(kind)) {
					this.#horizon.note(kind, rung.time);
				}
			}
		}
		this.#ladder.add(rung);
	}

	#advance(): void {
		if (!this.#isSure()) return;
		// The first mark may come on one track behind frames of its segment on the other.
		const time = this.#ladder.newest ? this.#horizon.time : this.#horizon.past;
		let oldest = time;
		for (const kind of KINDS) {
			const { track } = this.#lanes[kind];
			track.advance(time, this.#horizon.isLive(kind) || !this.#ladder.newest);
			oldest = Math.min(oldest, track.oldest ?? oldest);
		}
		this.#ladder.forgetBefore(oldest);
	}

	/** Whether the first segment has all its frames, or was given up; false as long as that cannot be told. */
	#isSure(): boolean {
		const doubtful = this.#doubtful;
		if (!doubtful) return true;
		const other: Kind = doubtful.bearer === "video" ? "audio" : "video";
		const answer = this.#lanes[other].track.isSureFrom(doubtful.rung.time);
		const isLive = this.#horizon.isLive(other);
		if (answer === "unknown" && isLive && !this.#hasEnded) return false;
		// A neighbour has these frames: better no segment than another one of the same name.
		if (answer === "no" && isLive) this.#ladder.shift();
		this.#doubtful = undefined;
		return true;
	}

	/** Puts all that waits into parts, and closes the segments. */
	#flush(): void {
		if (!this.#isSure()) this.#doubtful = undefined;
		for (const kind of KINDS) {
			this.#lanes[kind].track.advance(Number.POSITIVE_INFINITY, false);
			this.#lanes[kind].track.finish();
		}
	}

	/** Packets are missing: everything begins anew with the next mark. */
	#abandon(): void {
		for (const kind of KINDS) {
			this.#lanes[kind].track.abandon();
			this.#lanes[kind].last = Number.NEGATIVE_INFINITY;
		}
		this.#ladder.clear();
		this.#horizon.clear();
		this.#doubtful = undefined;
	}

	#shrink(): void {
		const { windowSegments, windowBytes } = this.#options;
		while (this.#span > windowSegments + 1) this.#evict();
		while (this.#span > 1 && this.bytes > windowBytes) this.#evict();
		if (this.bytes <= windowBytes) return;
		// One segment alone is too much: the next mark begins another.
		this.#abandon();
		this.#evict();
	}

	/** Numbers in the window. */
	get #span(): number {
		const [oldest, newest] = [this.#number(0), this.#number(-1)];
		return newest - oldest + 1;
	}

	#number(place: 0 | -1): number {
		const numbers = KINDS.flatMap((kind) => this.#lanes[kind].track.segments.at(place)?.number ?? []);
		if (numbers.length === 0) return 0;
		return place === 0 ? Math.min(...numbers) : Math.max(...numbers);
	}

	#evict(): void {
		const oldest = this.#number(0);
		for (const kind of KINDS) this.#lanes[kind].track.evictTo(oldest);
	}

	#tell(): void {
		const newest = this.#newest;
		if (newest === this.#told && !this.#hasEnded) return;
		this.#told = newest;
		this.#tracks = KINDS.flatMap((kind) => viewOf(this.#lanes[kind].track) ?? []);
		for (const listener of this.#listeners) listener();
	}

	get #newest(): string {
		return KINDS.map((kind) => {
			const last = this.#lanes[kind].track.segments.at(-1);
			return last ? `${last.number} ${last.parts.length} ${last.isWhole}` : "";
		}).join();
	}
}
