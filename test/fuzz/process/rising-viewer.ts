import type { MeshError } from "#shared/base/errors";
import { dialRtmp, type RtmpCall } from "#shared/net/rtmp";

/** A viewer who keeps nothing and watches the clock. Disposing hangs up. */
export class RisingViewer implements Disposable {
	frames = 0;
	/** What a viewer may never see; undefined while all is well. */
	problem: string | undefined;
	ended: MeshError | undefined;
	readonly #last = new Map<string, number>();
	readonly #call: RtmpCall;

	constructor(url: string) {
		const { hostname, port, pathname } = new URL(url);
		const [, app = "", name = ""] = pathname.split("/");
		this.#call = dialRtmp({
			...{ host: hostname, port: Number(port), app, name, tcUrl: `rtmp://${hostname}:${port}/${app}`, mode: "play" },
			onEvent: (event) => {
				if (event.type !== "media" || event.packet.kind === "data") return;
				const { kind, time } = event.packet;
				const before = this.#last.get(kind) ?? 0;
				if (time < before) this.problem ??= `${kind} of ${pathname} stepped back from ${before} to ${time} ms`;
				this.#last.set(kind, time);
				this.frames++;
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
