import { type Metrics, observe, observeTotal } from "#shared/base/runtime";
import type { MediaPacket } from "#shared/formats/packet";
import type { StreamSource } from "#shared/mesh/catalog";

/** Media received by one service, before feeds are merged. Plain numbers, because every packet is counted. */
export class Traffic {
	#packets = 0;
	#bytes = 0;

	note(packet: MediaPacket): void {
		this.#packets++;
		this.#bytes += packet.payload.length;
	}

	/** Adds metrics about it and about the readers. */
	observe(metrics: Metrics, source: Pick<StreamSource, "readers" | "skippedFrames">): void {
		observeTotal(
			metrics,
			"media_packets_in",
			"Media packets received, of all feeds, before they are merged.",
			() => this.#packets,
		);
		observeTotal(
			metrics,
			"media_bytes_in",
			"Media payload received, of all feeds, before they are merged.",
			() => this.#bytes,
		);
		observeTotal(
			metrics,
			"frames_skipped",
			"Frames not sent to readers that were too slow, over all readers.",
			() => source.skippedFrames,
		);
		observe(metrics, "readers", "Readers of all streams.", () => source.readers);
	}
}
