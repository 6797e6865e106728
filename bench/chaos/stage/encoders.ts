import { type Cancel, systemClock } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";
import type { MediaPacket } from "#shared/formats/packet";
import { dialRtmp } from "#shared/net/rtmp";
import { type Clip, clipOf, timeline } from "../../../cli/publish/clip.ts";
import { pace } from "../../../cli/publish/pace.ts";
import { Target } from "../../../cli/publish/target.ts";
import { parseRtmpUrl } from "../../../cli/stream-url.ts";
import { Wire } from "../../../test/support/wire.ts";

/** Which of the files is published, to which origins, and what the encoder's clock says at its begin. */
export type Feed = { readonly file: number; readonly at: readonly string[]; readonly clock?: number };

/** Encoders of the bench's own, each at a link to an origin that can be cut. Disposing ends all of it. */
export class Encoders implements AsyncDisposable {
	readonly #key: string;
	readonly #clips: readonly Clip[];
	readonly #wires = new Map<string, Wire>();
	/** By origin. */
	readonly #running = new Map<string, Encoder>();

	/** Lays the links. `files` are what may be published. */
	static async open(options: {
		key: string;
		files: readonly (readonly MediaPacket[])[];
		origins: readonly { readonly id: string; readonly rtmp: string }[];
	}): Promise<Encoders> {
		const encoders = new Encoders(options);
		for (const { id, rtmp } of options.origins) {
			const { hostname, port } = new URL(rtmp);
			encoders.#wires.set(id, await Wire.open(hostname, Number(port)));
		}
		return encoders;
	}

	constructor({ key, files }: { key: string; files: readonly (readonly MediaPacket[])[] }) {
		this.#key = key;
		this.#clips = files.map(clipOf);
	}

	/** The link to an origin. */
	wireTo(origin: string): Wire {
		const wire = this.#wires.get(origin);
		if (!wire) throw new StartError(`no encoder leads to ${origin}`);
		return wire;
	}

	/** Starts an encoder from its file's begin; done when its first frame is on the way. */
	async start({ file, at, clock = 0 }: Feed): Promise<void> {
		const clip = this.#clips[file];
		if (!clip) throw new StartError(`there is no file ${file}`);
		const urls = at.map((origin) => `rtmp://${this.wireTo(origin).address}/${this.#key}`);
		const encoder = await Encoder.open(clip, urls, clock);
		for (const origin of at) this.#running.set(origin, encoder);
	}

	/** The encoder at an origin is gone from one moment to the next, as a process that is killed. */
	kill(origin: string): void {
		const encoder = this.#running.get(origin);
		// Its connections go first: it must not say goodbye.
		for (const [id, other] of this.#running) if (other === encoder) this.wireTo(id).cut();
		encoder?.close();
		for (const [id, other] of this.#running) if (other === encoder) this.wireTo(id).mend();
	}

	/** The clock of the encoder at an origin starts over at 0, its connections stay. */
	restartClock(origin: string): void {
		this.#running.get(origin)?.restartClock();
	}

	/** Makes all links whole. */
	mend(): void {
		for (const wire of this.#wires.values()) if (!wire.isWhole) wire.mend();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		for (const encoder of this.#running.values()) encoder.close();
		await Promise.all([...this.#wires.values()].map((wire) => wire[Symbol.asyncDispose]()));
	}
}

/** Publishes a clip in a loop. */
class Encoder {
	readonly #targets: Target[] = [];
	#stop: Cancel = () => {};
	#lastTime = 0;
	/** What the times of its packets are behind those of the clip. */
	#behind = 0;

	static async open(clip: Clip, urls: readonly string[], startAt: number): Promise<Encoder> {
		const encoder = new Encoder();
		const { hasVideo } = clip;
		// One that is refused is tried again each second, and gets what is left.
		const answers = urls.map(
			(url) =>
				new Promise<void>((resolve) => {
					const options = { url: parseRtmpUrl(url), clock: systemClock, hasVideo, dial: dialRtmp };
					encoder.#targets.push(new Target({ ...options, onPublishing: () => resolve(), onTrouble: () => resolve() }));
				}),
		);
		await Promise.all(answers);
		encoder.#stop = pace(timeline(clip, { loop: true, startAt }), {
			...{ clock: systemClock, startAt, onEnd: () => {} },
			onPacket: (packet) => encoder.#send(packet),
		});
		return encoder;
	}

	restartClock(): void {
		this.#behind = this.#lastTime;
	}

	close(): void {
		this.#stop();
		for (const target of this.#targets) target.close();
	}

	#send(packet: MediaPacket): void {
		this.#lastTime = packet.time;
		const time = Math.max(packet.time - this.#behind, 0);
		for (const target of this.#targets) target.offer({ ...packet, time });
	}
}
