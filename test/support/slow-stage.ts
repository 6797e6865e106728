import { expect, onTestFinished, vi } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { Hub } from "#shared/media/stream";
import type { Edge } from "../../services/edge/edge.ts";
import { type ClipSize, longClip } from "./long-clip.ts";
import { TestMesh } from "./mesh.ts";
import { PacedEncoder } from "./paced-encoder.ts";
import { TestPublisher } from "./rtmp-peer.ts";
import { type Door, SlowReader } from "./slow-reader.ts";

export const MIB = 1024 * 1024;
/** What a reader may have waiting. */
export const QUEUE = 4 * MIB;
/** What a stream keeps. */
export const HISTORY = 2 * MIB;
const LIMITS = `readerBytes: ${QUEUE}, historyBytes: ${HISTORY}`;

export type Stage = { edge: Edge; encoder: PacedEncoder; clip: readonly MediaPacket[] };

/** An origin and an edge; they end with the test. */
export async function servers(text: string, limits = LIMITS) {
	const mesh = new TestMesh();
	onTestFinished(() => mesh[Symbol.asyncDispose]());
	const origin = await mesh.origin("o1", { text: `limits: {${limits}}` });
	const edge = await mesh.edge("e1", {
		text: `{limits: {${limits}, ${text}}, keepMs: 0, waitMs: 10000, idleMs: 60000}`,
	});
	return { origin, edge };
}

/** An edge and an origin with a live stream, faster than real time; everything ends with the test. */
export async function stage(text: string, { speed, size }: { speed: number; size: ClipSize }): Promise<Stage> {
	const { origin, edge } = await servers(text);
	const joined = spyOnJoins();
	const started = await encode(origin, { speed, size, holdUntil: () => joined.mock.calls.length >= 2 });
	return { edge, ...started };
}

/** Streams `a` and `b` at an origin; they end with the test. */
export async function encode(
	origin: { rtmp: string },
	{ size, ...pace }: { speed: number; size: ClipSize; holdUntil?(): boolean },
) {
	const clip = longClip(size);
	const encoder = await PacedEncoder.start([`${origin.rtmp}/live/a`, `${origin.rtmp}/live/b`], clip, pace);
	onTestFinished(() => encoder[Symbol.dispose]());
	return { encoder, clip };
}

/** The same with a stream that goes as fast as the edge takes it: `feed` brings it up to this second of the clip. */
export async function fed(text: string, size: ClipSize, limits = LIMITS) {
	const { origin, edge } = await servers(text, limits);
	spyOnJoins();
	const clip = longClip(size);
	const publisher = new TestPublisher(`${origin.rtmp}/live/a`);
	onTestFinished(() => publisher[Symbol.dispose]());
	await publisher.ready;
	let sent = 0;
	const feed = async (second: number): Promise<void> => {
		const end = clip.findIndex(({ time }) => time >= second * 1000);
		publisher.send(clip.slice(sent, end < 0 ? undefined : end));
		sent = end < 0 ? clip.length : end;
		const hub = [...edge.relay.streams.values()][0]?.hub;
		if (hub)
			await vi.waitFor(() => expect(hub.packetsIn).toBeGreaterThanOrEqual(sent), { interval: 2, timeout: 10_000 });
	};
	return { edge, clip, feed };
}

/** A viewer of stream `a`. */
export function viewer({ edge }: Pick<Stage, "edge">, door: Door): SlowReader {
	const reader = new SlowReader(edge, door, "a");
	onTestFinished(() => reader[Symbol.dispose]());
	return reader;
}

/** Joins at every hub, until the test ends. */
function spyOnJoins() {
	const spy = vi.spyOn(Hub.prototype, "join");
	onTestFinished(() => spy.mockRestore());
	return spy;
}
