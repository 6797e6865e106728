import { setTimeout as pause } from "node:timers/promises";
import { type Cancel, type Millis, systemClock } from "#shared/base/clock";
import { PeerLostError } from "#shared/base/errors";
import { Scope } from "#shared/base/runtime";
import { dialRtmp, type RtmpCall } from "#shared/net/rtmp";
import { pace } from "../../cli/publish/pace.ts";
import { parseRtmpUrl } from "../../cli/stream-url.ts";
import { firstOf } from "../support/run.ts";
import { testFrames, testHeaders } from "../support/test-stream.ts";

/** Encoders do not take their pictures at the same moment: streams begin spread over a picture's time. */
const PICTURE_MS: Millis = 1_000 / 30;

export type FeedOptions = {
	/** Stream keys. */
	readonly keys: readonly string[];
	/** Each gets every stream. */
	readonly origins: readonly string[];
	readonly signal: AbortSignal;
	onLost(error: Error): void;
};

/** Publishes streams of 1.1 Mb/s without end, each identically to all origins; the returned function ends that. */
export async function publishAll({ keys, origins, signal, onLost }: FeedOptions): Promise<AsyncDisposable> {
	const scope = new Scope();
	try {
		for (const key of keys) {
			const calls = await Promise.all(origins.map((origin) => publish(`${origin}/${key}`, signal, onLost, scope)));
			scope.defer(send(calls));
			await pause(PICTURE_MS / keys.length, undefined, { signal });
		}
		return scope;
	} catch (error) {
		await scope[Symbol.asyncDispose]();
		throw error;
	}
}

async function publish(url: string, signal: AbortSignal, onLost: FeedOptions["onLost"], scope: Scope) {
	const { host, port, app, name, tcUrl } = parseRtmpUrl(url);
	const taken = firstOf<void>(signal);
	const call = dialRtmp({
		...{ mode: "publish", host, port, app, name, tcUrl, digest: false },
		onEvent: ({ type }) => {
			if (type === "publishing") taken.give();
		},
		onEnd: (cause) => onLost(new PeerLostError(`publishing ${url} ended: ${cause.message}`, { cause })),
	});
	scope.defer(() => call.close());
	await taken.value;
	return call;
}

function send(calls: readonly RtmpCall[]): Cancel {
	for (const header of testHeaders()) for (const call of calls) call.send(header);
	return pace(testFrames(), {
		clock: systemClock,
		startAt: 0,
		onPacket: (frame) => {
			for (const call of calls) call.send(frame);
		},
		onEnd: () => {},
	});
}
