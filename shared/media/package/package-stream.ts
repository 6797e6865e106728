import type { Hub } from "#shared/media/stream";
import type { Packaged } from "./packaged.ts";
import { Packager, type PackagerOptions } from "./packager.ts";

/** What may wait for the packager between two turns of the event loop: a pause of a second at 100 Mb/s. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** Packages a hub's stream from what its history holds on, until disposed of or over. A mistake in here ends the packaging alone. */
export function packageStream(hub: Hub, options: PackagerOptions): Packaged & Disposable {
	const packager = new Packager(options);
	const reader = hub.read({
		maxBytes: MAX_WAITING_BYTES,
		from: "history",
		onReadable: () => {
			try {
				packager.take(reader.take());
			} catch (error) {
				packager.end();
				throw error;
			}
		},
	});
	return Object.assign(packager, {
		[Symbol.dispose]: () => {
			reader.leave();
			packager.end();
		},
	});
}
