import { encodeFlvTag, FLV_HEADER } from "#shared/formats/flv";
import type { WireForm } from "#shared/media/stream";

/** An FLV file without end. */
export const flvForm: WireForm = {
	name: "flv",
	preamble: FLV_HEADER,
	serialise: (packet, into) => {
		into.push(encodeFlvTag(packet));
	},
};
