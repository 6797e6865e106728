import { readFileSync } from "node:fs";
import { readFlv } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";

const folder = new URL("../fixtures/", import.meta.url);

/** The packets of the demo clip: H.264 and AAC, ten seconds, a keyframe each second. */
export const demoClip = (): MediaPacket[] => readFlv(readFileSync(new URL("../../cli/demo/demo.flv", import.meta.url)));

/** The packets of a fixture. */
export const fixture = (name: string): MediaPacket[] => readFlv(readFileSync(new URL(name, folder)));

/** A packet's identity: its track and bytes. */
export const idOf = ({ kind, payload }: MediaPacket): string => `${kind} ${Buffer.from(payload).toString("base64")}`;

/** The coded frames among packets. */
export const framesOf = (packets: readonly MediaPacket[]): MediaPacket[] =>
	packets.filter(({ role }) => role === "keyframe" || role === "frame");
