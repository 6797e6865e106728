import type { MediaPacket } from "#shared/formats/packet";
import { classify } from "./classify.ts";
import { FlvReader } from "./reader.ts";
import { stripSetDataFrame } from "./script-data.ts";
import { unwrapTime } from "./unwrap-time.ts";

/**
 * All packets of a whole FLV file in file order, data included; payloads are views of `bytes`.
 * A last tag that is cut off is left out. Throws ProtocolError when it is no FLV.
 */
export function readFlv(bytes: Uint8Array): MediaPacket[] {
	const packets: MediaPacket[] = [];
	let previous: number | undefined;
	for (const { kind, time: wire, payload: stored } of new FlvReader().push(bytes)) {
		const payload = kind === "data" ? stripSetDataFrame(stored) : stored;
		if (payload === undefined) continue;
		const time = unwrapTime(previous, wire);
		previous = time;
		packets.push({ kind, role: classify(kind, payload), time, payload });
	}
	return packets;
}
