import type { AccessRequest } from "#shared/access/request";
import {
	readerNumbers,
	type Session,
	type SessionNumbers,
	type SessionOwner,
	type SessionRegistry,
} from "#shared/access/sessions";
import type { Cancel, Clock, Millis } from "#shared/base/clock";
import { splitStreamKey } from "#shared/base/names";
import type { Events } from "#shared/base/runtime";
import { findResume, type ResumeToken } from "#shared/media/splice";
import type { Reader, WireForm } from "#shared/media/stream";
import type { Lease, PlayPolicy, StreamSource } from "#shared/mesh/catalog";
import type { RtmpConnection } from "#shared/net/rtmp";
import { status } from "#shared/rtmp/session";
import { guarded } from "./guarded.ts";
import { after, NEW_PLAYER, type PlayerCall } from "./player.ts";
import { wordsOf } from "./refusal.ts";
import type { TimeShift, TimeShifts } from "./time-shift.ts";
import { nodeForm, rtmpForm, silentForm, type Tracks } from "./wire-forms.ts";

export type PlayOptions = {
	/** What was let in. */
	request: AccessRequest;
	/** The name as the player wrote it. */
	name: string;
	streamId: number;
	/** It is a node that reads messages about segments. */
	readsSegments: boolean;
	/** Where the node left off, if it had the stream before. */
	resume: ResumeToken | undefined;
	connection: RtmpConnection;
	sessions: SessionRegistry;
	source: StreamSource;
	events: Events;
	policy: PlayPolicy;
	role: string;
	clock: Clock;
	shifts: TimeShifts;
	/** The play ended by itself; not called after `stop`. */
	onOver(): void;
	/** Somebody who runs the service ended it; the player has been told. Comes behind `onOver`. */
	onKicked(reason: string): void;
};

/** Beginning anew costs a group of pictures; nobody presses keys faster, and calls without end cost no more. */
const JOIN_EVERY_MS: Millis = 200;

/** One message stream that plays: waits for the stream, then reads from its hub until either side ends it. */
export class Play implements SessionOwner {
	readonly #options: PlayOptions;
	readonly #session: Session;
	readonly #stopped = new AbortController();
	#player = NEW_PLAYER;
	/** Times of this player's own, while it has some. */
	#shift: TimeShift | undefined;
	#lease: Lease | undefined;
	#reader: Reader | undefined;
	/** What its readers before this one had. */
	#before = readerNumbers(undefined);
	#isHeld = false;
	#joinedAt: Millis = Number.NEGATIVE_INFINITY;
	#cancelJoin: Cancel | undefined;

	constructor(options: PlayOptions) {
		this.#options = options;
		this.#session = options.sessions.open(options.request, this);
	}

	/** A stream that cannot be had is refused to the player. */
	async start(): Promise<void> {
		const { source, request, name, streamId, connection, events, resume, role } = this.#options;
		const { key, node } = request;
		const lease = await source.open(key, { connection, signal: this.#stopped.signal }, resume);
		if (this.#stopped.signal.aborted) {
			lease?.release();
			return;
		}
		if (!lease) {
			events.playRefused(key, connection.address, "not-found");
			connection.session.rejectPlay(streamId, status.playNotFound, name, wordsOf("not-found", key, role).why);
			this.#over();
			return;
		}
		this.#lease = lease;
		events.playAccepted(key, connection.address, node === undefined ? "viewer" : "node");
		connection.session.acceptPlay(streamId, name);
		connection.flush();
		this.#on({ type: "there" });
	}

	/** The player is done with it, or gone. */
	stop(): void {
		this.#stopped.abort();
		this.#cancelJoin?.();
		this.#reader?.leave();
		this.#lease?.release();
		this.#shift?.release();
		this.#session.close();
	}

	/** The session's: all readers it had, one after the other. */
	numbers(): SessionNumbers {
		const now = readerNumbers(this.#reader);
		const before = this.#before;
		return {
			bytesIn: 0,
			bytesOut: before.bytesOut + now.bytesOut,
			skippedFrames: before.skippedFrames + now.skippedFrames,
			lostGroups: before.lostGroups + now.lostGroups,
			state: this.#player.isPaused ? "paused" : now.state,
		};
	}

	/** The session is ended by somebody else. */
	end(reason: string): void {
		const { connection, streamId, name, onKicked } = this.#options;
		guarded(connection, () => {
			connection.session.rejectPlay(streamId, status.playFailed, name, reason);
			this.#over();
			onKicked(reason);
		})();
	}

	pause(paused: boolean): void {
		this.#on({ type: "pause", paused, at: this.#place() });
	}

	receive(track: keyof Tracks, wanted: boolean): void {
		this.#on({ type: "receive", track, wanted });
	}

	/** `at` is the time that was asked for, where it is one. */
	seek(at: Millis | undefined): void {
		this.#on({ type: "seek", at });
	}

	#over(): void {
		this.#options.connection.flush();
		this.stop();
		this.#options.onOver();
	}

	#on(call: PlayerCall): void {
		const { connection, streamId, name, shifts } = this.#options;
		const { player, reader, says } = after(this.#player, call);
		if (player.from && player.from !== this.#player.from) {
			this.#shift?.release();
			this.#shift = shifts.take(player.from.at);
		}
		this.#player = player;
		for (const code of says) connection.session.onStatus(streamId, code, name);
		connection.flush();
		if (reader === "hold") this.#hold();
		else if (reader === "join") this.#joinSoon();
	}

	/** Where the player's time stands. */
	#place(): Millis | undefined {
		const last = this.#lease?.hub.lastTime;
		return last === undefined ? undefined : (this.#shift?.placeOf(last) ?? last);
	}

	#hold(): void {
		this.#cancelJoin?.();
		this.#cancelJoin = undefined;
		if (!this.#isHeld) this.#read(silentForm);
		this.#isHeld = true;
	}

	#joinSoon(): void {
		const { clock, connection } = this.#options;
		const wait = this.#joinedAt + JOIN_EVERY_MS - clock.now();
		if (wait <= 0) {
			this.#join();
			return;
		}
		this.#hold();
		this.#cancelJoin = clock.after(
			wait,
			guarded(connection, () => this.#join()),
		);
	}

	#join(): void {
		const { streamId, clock, resume } = this.#options;
		const isFirst = this.#reader === undefined;
		this.#cancelJoin = undefined;
		this.#isHeld = false;
		this.#joinedAt = clock.now();
		const { tracks } = this.#player;
		const isForNode = this.#options.readsSegments && !this.#shift && tracks.audio && tracks.video;
		const form = isForNode ? nodeForm(streamId) : rtmpForm(streamId, tracks, this.#shift);
		this.#read(form, isFirst ? resume : undefined);
	}

	#read(form: WireForm, resume?: ResumeToken): void {
		const { request, streamId, connection, events, policy, name } = this.#options;
		const { key, node } = request;
		const hub = this.#lease?.hub;
		if (!hub) return;
		this.#reader?.leave();
		this.#before = this.numbers();
		this.#reader = undefined;
		this.#reader = hub.join({
			form,
			delayMs: node === undefined ? policy.viewerDelayMs(splitStreamKey(key).app) : 0,
			sink: connection.sink,
			bounds: policy.bounds,
			resumeFrom: resume && ((packets) => findResume(resume, packets)),
			onEvict: guarded(connection, (reason) => {
				events.readerEvicted(key, connection.address, reason);
				connection.destroy({ reason: "evicted", message: `a reader that is ${reason}` });
			}),
			onEnd: guarded(connection, () => {
				connection.session.endPlay(streamId, name);
				this.#over();
			}),
		});
	}
}
