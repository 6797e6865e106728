import { encodeAmf0 } from "#shared/formats/amf0";

const SET_DATA_FRAME = encodeAmf0("@setDataFrame");
const CLEAR_DATA_FRAME = encodeAmf0("@clearDataFrame");
const ON_META_DATA = encodeAmf0("onMetaData");

/** Whether data (after `stripSetDataFrame`) are the stream's onMetaData. */
export const isMetadata = (payload: Uint8Array): boolean => startsWith(payload, ON_META_DATA);

/**
 * A publisher's data message as a viewer gets it: without "@setDataFrame", as a view of `payload`.
 * Undefined for "@clearDataFrame", which has no form for viewers, and where nothing is left. Other data come back as they are.
 */
export function stripSetDataFrame(payload: Uint8Array): Uint8Array | undefined {
	if (startsWith(payload, CLEAR_DATA_FRAME)) return undefined;
	const rest = startsWith(payload, SET_DATA_FRAME) ? payload.subarray(SET_DATA_FRAME.length) : payload;
	return rest.length === 0 ? undefined : rest;
}

const startsWith = (bytes: Uint8Array, start: Buffer): boolean =>
	bytes.length >= start.length && start.compare(bytes, 0, start.length) === 0;
