/** Where an identification header has these (RFC 7845 §5.1). */
const CHANNELS_AT = 9;
const FAMILY_AT = 18;
const STREAMS_AT = 19;

/** Streams, coupled streams and the order of channels that a code of 1 to 8 stands for; family 1's own (RFC 7845 §5.1.1.2). */
const LAYOUTS: readonly (readonly number[])[] = [
	[1, 0, 0],
	[1, 1, 0, 1],
	[2, 1, 0, 2, 1],
	[2, 2, 0, 1, 2, 3],
	[3, 2, 0, 4, 1, 2, 3],
	[4, 2, 0, 4, 1, 2, 3, 5],
	[4, 3, 0, 4, 1, 2, 3, 5, 6],
	[5, 3, 0, 6, 1, 2, 3, 4, 5, 7],
];

/**
 * channel_config_code of "Opus Interactive Audio Codec Transport Multiplexing" (ETSI TS draft 0.1.3, table 4-3), from an OpusHead;
 * undefined for an order of channels it has no code for.
 */
export function opusChannelCode(head: Uint8Array): number | undefined {
	const channels = head[CHANNELS_AT] ?? 0;
	if (head[FAMILY_AT] === 0) return channels === 1 || channels === 2 ? channels : undefined;
	const layout = head[FAMILY_AT] === 1 ? LAYOUTS[channels - 1] : undefined;
	const isKnown = layout?.every((value, place) => head[STREAMS_AT + place] === value);
	return isKnown ? channels : undefined;
}

/** An opus_access_unit (§6 there): behind a header with a prefix of eleven bits, and the size as a row of 255 and a rest. */
export function opusAccessUnit(frame: Uint8Array): Uint8Array[] {
	const full = Math.floor(frame.length / 255);
	const head = Buffer.alloc(3 + full, 0xff);
	head.writeUInt16BE(0x7fe0, 0);
	head[2 + full] = frame.length % 255;
	return [head, frame];
}
