import type { MediaPacket } from "#shared/formats/packet";
import { TestPublisher } from "./rtmp-peer.ts";

/** Due packets are looked for this often. */
const TICK_MS = 5;

/** How an encoder keeps time. */
export type Pace = {
	/** 2 sends twice as fast as the clip's time goes. */
	readonly speed?: number;
	/** After what is due at once, time stands still until this is true: players that wait for the stream get all of it. */
	readonly holdUntil?: () => boolean;
};

/** An encoder that sends a clip as its timestamps say, the same packets to every URL. Disposing ends the publishes in good order. */
export class PacedEncoder implements Disposable {
	/** What went out so far. */
	readonly sent: MediaPacket[] = [];
	/** The whole clip is out. */
	readonly done: Promise<void>;
	readonly #clip: readonly MediaPacket[];
	readonly #publishers: readonly TestPublisher[];
	readonly #pace: Required<Pace>;
	#timer: NodeJS.Timeout | undefined;
	#finish: () => void = () => {};

	/** Begins once every server said yes. */
	static async start(urls: readonly string[], clip: readonly MediaPacket[], pace: Pace = {}): Promise<PacedEncoder> {
		const publishers = urls.map((url) => new TestPublisher(url));
		const encoder = new PacedEncoder(publishers, clip, pace);
		try {
			await Promise.all(publishers.map(({ ready }) => ready));
		} catch (error) {
			encoder[Symbol.dispose]();
			throw error;
		}
		encoder.#begin();
		return encoder;
	}

	constructor(publishers: readonly TestPublisher[], clip: readonly MediaPacket[], pace: Pace) {
		this.#publishers = publishers;
		this.#clip = clip;
		this.#pace = { speed: 1, holdUntil: () => true, ...pace };
		this.done = new Promise((resolve) => {
			this.#finish = resolve;
		});
	}

	/** How the publish to the server at this place in the list ended; undefined while it goes on. */
	endedAt(place: number): TestPublisher["ended"] {
		return this.#publishers[place]?.ended;
	}

	[Symbol.dispose](): void {
		clearInterval(this.#timer);
		for (const publisher of this.#publishers) publisher[Symbol.dispose]();
	}

	#begin(): void {
		const { speed, holdUntil } = this.#pace;
		let startedAt: number | undefined;
		this.#timer = setInterval(() => {
			if (startedAt === undefined && this.sent.length > 0 && holdUntil()) startedAt = performance.now();
			this.#sendUpTo(startedAt === undefined ? 0 : (performance.now() - startedAt) * speed);
		}, TICK_MS);
	}

	#sendUpTo(time: number): void {
		const late = this.#clip.slice(this.sent.length);
		const upcoming = late.findIndex((packet) => packet.time > time);
		const due = upcoming < 0 ? late : late.slice(0, upcoming);
		for (const publisher of this.#publishers) publisher.send(due);
		this.sent.push(...due);
		if (this.sent.length < this.#clip.length) return;
		clearInterval(this.#timer);
		this.#finish();
	}
}
