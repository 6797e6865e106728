import { encodeFlvTag, FLV_HEADER } from "#shared/formats/flv";
import { encodeFrame, frameHead, OPCODES } from "#shared/formats/websocket";
import type { WireForm } from "#shared/media/stream";

/** An FLV file without end. */
export const flvForm: WireForm = {
	name: "flv",
	preamble: FLV_HEADER,
	serialise: (packet, into) => {
		into.push(encodeFlvTag(packet));
	},
};

/** The same in WebSocket messages: one for the file's header, then one for each tag. */
export const wsFlvForm: WireForm = {
	name: "ws-flv",
	preamble: encodeFrame(OPCODES.binary, FLV_HEADER),
	serialise: (packet, into) => {
		const tag = encodeFlvTag(packet);
		into.push(frameHead(OPCODES.binary, tag.length), tag);
	},
};
