import type { Cancel, Clock, Millis } from "#shared/base/clock";
import type { StreamKey } from "#shared/base/names";
import { type Packaged, type PackagerOptions, packageStream } from "#shared/media/package";
import type { Asker, Lease, StreamSource } from "#shared/mesh/catalog";

/** A hold on a packaged stream: while it is held, the stream is packaged and kept flowing. */
export type PackagedLease = {
	readonly packaged: Packaged;
	/** Lets go; doing it again does nothing. */
	release(): void;
};

/** What a node's packagers are made of. */
export type PackagersOptions = {
	readonly source: Pick<StreamSource, "open">;
	readonly clock: Clock;
	/** How the streams of a key are packaged. */
	readonly settings: (key: StreamKey) => PackagerOptions;
	/** How long a stream that nobody asks for any more goes on being packaged: players of segments ask now and then. */
	readonly lingerMs: Millis;
};

type Running = {
	readonly lease: Lease;
	readonly packaged: Packaged & Disposable;
	users: number;
	cancelEnd: Cancel;
};

/** All packaged streams of a node, each once: the first who asks starts it, the last one ends it `lingerMs` later. Owned by the service. */
export class Packagers implements Disposable {
	readonly #options: PackagersOptions;
	readonly #running = new Map<StreamKey, Running>();
	#isClosed = false;

	constructor(options: PackagersOptions) {
		this.#options = options;
	}

	/** Streams that are packaged at present. */
	get size(): number {
		return this.#running.size;
	}

	/**
	 * The packaged stream, which may have no part yet, or undefined where the stream cannot be had. Never throws. What is
	 * being packaged is there at once; otherwise it is asked for as any stream is.
	 */
	async open(key: StreamKey, asker: Asker): Promise<PackagedLease | undefined> {
		const known = this.#alive(key);
		if (known) return this.#use(key, known);
		const lease = await this.#options.source.open(key, asker);
		if (!lease) return undefined;
		// Somebody else's answer may have come first.
		const other = this.#alive(key);
		if (other || this.#isClosed) lease.release();
		if (this.#isClosed) return undefined;
		return this.#use(key, other ?? this.#start(key, lease));
	}

	[Symbol.dispose](): void {
		this.#isClosed = true;
		for (const [key, running] of this.#running) this.#end(key, running);
	}

	/** One that is over makes room for the stream's next life. */
	#alive(key: StreamKey): Running | undefined {
		const running = this.#running.get(key);
		if (!running?.packaged.hasEnded) return running;
		this.#end(key, running);
		return undefined;
	}

	#start(key: StreamKey, lease: Lease): Running {
		const packaged = packageStream(lease.hub, this.#options.settings(key));
		const running: Running = { lease, packaged, users: 0, cancelEnd: () => {} };
		this.#running.set(key, running);
		return running;
	}

	#use(key: StreamKey, running: Running): PackagedLease {
		running.cancelEnd();
		running.users++;
		let isHeld = true;
		const release = (): void => {
			if (!isHeld) return;
			isHeld = false;
			if (--running.users > 0) return;
			running.cancelEnd = this.#options.clock.after(this.#options.lingerMs, () => this.#end(key, running));
		};
		return { packaged: running.packaged, release };
	}

	#end(key: StreamKey, running: Running): void {
		running.cancelEnd();
		if (this.#running.get(key) === running) this.#running.delete(key);
		running.packaged[Symbol.dispose]();
		running.lease.release();
	}
}
