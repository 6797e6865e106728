import { type Access, statusOf } from "#shared/access/admission";
import type { AccessRequest } from "#shared/access/request";
import type { SessionNumbers, SessionOwner } from "#shared/access/sessions";
import type { Cancel, Clock, Millis } from "#shared/base/clock";

/** How often it is looked for those who are gone. */
const LOOK_MS: Millis = 5_000;
/** Viewers of all streams; one takes about 1 KiB. */
const MAX_VISITS = 20_000;

/** Why a request is not answered with what it asked for: the status and one sentence. */
export type Refused = { readonly type: "refused"; readonly code: number; readonly why: string };

/** One viewer of one stream: many requests, one session. */
export class Visit implements SessionOwner {
	readonly #over = new AbortController();
	readonly admitted: Promise<Refused | undefined>;
	lastAt: Millis;
	bytesOut = 0;
	/** Why it may not go on. */
	ended: string | undefined;

	constructor(request: AccessRequest, access: Access, now: Millis) {
		this.lastAt = now;
		this.admitted = access
			.enter(request, this.#over.signal, this)
			.then((admitted) =>
				admitted.type === "refused" ? { type: "refused", code: statusOf(admitted), why: admitted.message } : undefined,
			);
	}

	numbers(): SessionNumbers {
		return { bytesIn: 0, bytesOut: this.bytesOut, skippedFrames: 0, lostGroups: 0, state: "live" };
	}

	end(reason: string): void {
		this.ended = reason;
		this.leave();
	}

	/** Closes its session. */
	leave(): void {
		this.#over.abort();
	}
}

export type VisitsOptions = {
	/** A viewer is gone when it has not asked for anything this long. */
	readonly lingerMs: Millis;
	/** Called for a stream whose last viewer is gone. */
	onUnwatched(key: string): void;
};

/**
 * Who watches by request: until addresses bear the name of a session, requests of one address and user agent for one stream
 * are one viewer.
 */
export class Visits {
	readonly #clock: Clock;
	readonly #access: Access;
	readonly #options: VisitsOptions;
	readonly #visits = new Map<string, Map<string, Visit>>();
	#size = 0;
	#cancelLook: Cancel | undefined;

	constructor(clock: Clock, access: Access, options: VisitsOptions) {
		this.#clock = clock;
		this.#access = access;
		this.#options = options;
	}

	/** Viewers at present. */
	get size(): number {
		return this.#size;
	}

	has({ key, address, agent }: AccessRequest): boolean {
		return this.#visits.get(key)?.has(`${address} ${agent}`) ?? false;
	}

	/** The visit a request belongs to, a new one if need be. */
	async of(request: AccessRequest): Promise<Visit | Refused> {
		const { key, address, agent } = request;
		const visitors = this.#visits.get(key) ?? new Map<string, Visit>();
		const id = `${address} ${agent}`;
		let visit = visitors.get(id);
		if (!visit) {
			if (this.#size >= MAX_VISITS) return { type: "refused", code: 503, why: "too many watch here: try again" };
			visit = new Visit(request, this.#access, this.#clock.now());
			this.#visits.set(key, visitors.set(id, visit));
			this.#size++;
			this.#cancelLook ??= this.#clock.after(LOOK_MS, this.#look);
		}
		visit.lastAt = this.#clock.now();
		const refused = await visit.admitted;
		if (refused && visitors.get(id) === visit) this.#drop(key, id, visit);
		if (refused) return refused;
		return visit.ended === undefined ? visit : { type: "refused", code: 403, why: visit.ended };
	}

	/** Forgets who asked for a stream that cannot be had. */
	forget({ key, address, agent }: AccessRequest): void {
		const id = `${address} ${agent}`;
		const visit = this.#visits.get(key)?.get(id);
		if (visit) this.#drop(key, id, visit);
	}

	close(): void {
		this.#cancelLook?.();
		for (const [key, visitors] of [...this.#visits]) {
			for (const [id, visit] of [...visitors]) this.#drop(key, id, visit);
		}
	}

	readonly #look = (): void => {
		this.#cancelLook = undefined;
		const oldest = this.#clock.now() - this.#options.lingerMs;
		for (const [key, visitors] of [...this.#visits]) {
			for (const [id, visit] of [...visitors]) if (visit.lastAt < oldest) this.#drop(key, id, visit);
		}
		if (this.#size > 0) this.#cancelLook = this.#clock.after(LOOK_MS, this.#look);
	};

	#drop(key: string, id: string, visit: Visit): void {
		visit.leave();
		const visitors = this.#visits.get(key);
		if (!visitors?.delete(id)) return;
		this.#size--;
		if (visitors.size > 0) return;
		this.#visits.delete(key);
		this.#options.onUnwatched(key);
	}
}
