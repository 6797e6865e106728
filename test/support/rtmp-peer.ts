import type { MeshError } from "#shared/base/errors";
import type { MediaPacket } from "#shared/formats/packet";
import { dialRtmp, type RtmpCall } from "#shared/net/rtmp";

type Where = { host: string; port: number; app: string; tcUrl: string; name: string };

function where(url: string): Where {
	const { hostname, port, pathname } = new URL(url);
	const [, app = "", name = ""] = pathname.split("/");
	return { host: hostname, port: Number(port), app, name, tcUrl: `rtmp://${hostname}:${port}/${app}` };
}

/** A player: everything it received, and how it ended. Disposing hangs up. */
export class TestViewer implements Disposable {
	readonly packets: MediaPacket[] = [];
	ended: MeshError | undefined;
	isPlaying = false;
	readonly #call: RtmpCall;

	constructor(url: string) {
		this.#call = dialRtmp({
			...where(url),
			mode: "play",
			onEvent: (event) => {
				if (event.type === "media") this.packets.push(event.packet);
				if (event.type === "playing") this.isPlaying = true;
			},
			onEnd: (error) => {
				this.ended = error;
			},
		});
	}

	[Symbol.dispose](): void {
		this.#call.close();
	}
}

/** An encoder: `ready` once the server said yes. Disposing ends the publish in good order. */
export class TestPublisher implements Disposable {
	readonly ready: Promise<void>;
	ended: MeshError | undefined;
	readonly #call: RtmpCall;

	constructor(url: string) {
		let accepted: () => void = () => {};
		let refused: (error: MeshError) => void = () => {};
		this.ready = new Promise((resolve, reject) => {
			accepted = resolve;
			refused = reject;
		});
		this.ready.catch(() => {});
		this.#call = dialRtmp({
			...where(url),
			mode: "publish",
			onEvent: (event) => {
				if (event.type === "publishing") accepted();
			},
			onEnd: (error) => {
				this.ended = error;
				refused(error);
			},
		});
	}

	/** Sends packets as fast as they go. */
	send(packets: readonly MediaPacket[]): void {
		for (const packet of packets) this.#call.send(packet);
	}

	[Symbol.dispose](): void {
		this.#call.close();
	}
}
