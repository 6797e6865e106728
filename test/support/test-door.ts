import { Access } from "#shared/access/admission";
import { openToAll, type Policy } from "#shared/access/request";
import { systemClock } from "#shared/base/clock";
import { createEvents, createMetrics, silentLogger } from "#shared/base/runtime";
import { type PublishDesk, rtmpDoor } from "#shared/doors/rtmp";
import type { StreamSource } from "#shared/mesh/catalog";
import { listenRtmp, type RtmpListener } from "#shared/net/rtmp";

const LIMITS = { connections: 1000, connectionsPerAddress: 1000, handshakeMs: 10_000, connectMs: 60_000 };

/** Has no streams. */
export const EMPTY_SOURCE: StreamSource = {
	knows: async () => false,
	open: async () => undefined,
	hops: () => [],
	readers: 0,
	skippedFrames: 0,
	onOver: () => () => {},
};

/** Takes whoever comes and forgets what they send. */
export const OPEN_DESK: PublishDesk = {
	has: () => false,
	isFree: () => true,
	publish: () => ({ write: () => {}, isSilent: () => false, end: () => {} }),
};

/** What a test puts behind a door, and whom that lets in. */
type Behind = { source?: StreamSource; desk?: PublishDesk; policy?: Policy };

/** An RTMP door on a free port, with nothing behind it but what a test puts there. Disposing closes it. */
export class TestDoor implements AsyncDisposable {
	readonly access: Access;
	readonly #listener: RtmpListener;
	readonly #metrics = createMetrics({ node: "door", role: "test" });

	static async open(behind: Behind, { unfinishedBytes }: { unfinishedBytes?: number } = {}): Promise<TestDoor> {
		const listener = await listenRtmp({
			host: "127.0.0.1",
			port: 0,
			clock: systemClock,
			limits: LIMITS,
			onRefused: () => {},
			...(unfinishedBytes !== undefined && { unfinishedBytes }),
		});
		return new TestDoor(listener, behind);
	}

	constructor(listener: RtmpListener, { source = EMPTY_SOURCE, desk, policy: mayBe = openToAll }: Behind) {
		this.access = new Access(systemClock, mayBe);
		this.#listener = listener;
		const policy = { bounds: { queueBytes: 1024 * 1024, evictMs: 10_000 }, viewerDelayMs: () => 0 };
		const events = createEvents(silentLogger(), this.#metrics);
		const self = { id: "door" };
		listener.open(
			rtmpDoor({
				self,
				role: "edge",
				clock: systemClock,
				access: this.access,
				source,
				players: "anyone",
				policy,
				events,
				...(desk && { desk }),
			}),
		);
	}

	get rtmp(): string {
		return `rtmp://127.0.0.1:${this.#listener.port}`;
	}

	/** Connections closed for this reason, against their peers. */
	async closedFor(reason: string): Promise<number> {
		const { values } = await this.#metrics.protocolErrors.get();
		return values.find(({ labels }) => labels.reason === reason)?.value ?? 0;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#listener[Symbol.asyncDispose]();
	}
}
