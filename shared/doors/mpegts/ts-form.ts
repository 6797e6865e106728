import { BEGINNING, leadIn, type MuxState, mux } from "#shared/formats/mpegts";
import type { MediaPacket } from "#shared/formats/packet";
import type { WireForm } from "#shared/media/stream";

const NAME = "mpegts";
const NOTHING = Buffer.alloc(0);

/** MPEG-TS as bytes for any number of readers: its counters run on through a stream, the same for all. */
export const tsForm: WireForm = {
	name: NAME,
	serialise: () => {},
	ofStream: tsFormOfStream,
};

function tsFormOfStream(): WireForm {
	let newest = BEGINNING;
	/** What each packet began with, so that who joins later gets the same bytes. */
	const before = new WeakMap<MediaPacket, MuxState>();
	return {
		name: NAME,
		serialise(packet, into, headers) {
			if (packet.role !== "frame" && packet.role !== "keyframe") return;
			const known = before.get(packet);
			if (known) {
				mux(known, packet, headers, into);
				return;
			}
			before.set(packet, newest);
			newest = mux(newest, packet, headers, into);
		},
		leadIn(packet, missed) {
			const state = before.get(packet);
			return state ? leadIn(state, missed) : NOTHING;
		},
	};
}
