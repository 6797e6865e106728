/** Enhanced RTMP v2, "ExVideoTagHeader" and "ExAudioTagHeader": what they have in common, past ModEx and Multitrack. */
export type ExHeader = {
	/** VideoPacketType or AudioPacketType; within a multitrack message that of its tracks. */
	readonly packetType: number;
	/** The (first) track's FourCC; undefined where it is cut off or no printable text. */
	readonly fourCc: string | undefined;
	/** Where the (first) track's data begin; past the end in a short payload. */
	readonly bodyAt: number;
	/** The message may hold several tracks; what is read here is the first one's. */
	readonly isMultitrack: boolean;
};

const MOD_EX = 7;
/** AvMultitrackType: every other type has the size of each track before its data. */
const ONE_TRACK = 0;

/** Reads the header that begins at byte 0; `multitrack` is the packet type of that name, which differs by kind. */
export function parseExHeader(payload: Uint8Array, multitrack: number): ExHeader {
	let { packetType, at } = skipModEx(payload);
	if (packetType !== multitrack)
		return { packetType, fourCc: fourCcAt(payload, at), bodyAt: at + 4, isMultitrack: false };

	const layout = payload[at] ?? 0;
	packetType = layout & 0x0f;
	at += 1;
	const fourCc = fourCcAt(payload, at);
	const sizeBytes = layout >> 4 === ONE_TRACK ? 0 : 3;
	return { packetType, fourCc, bodyAt: at + 4 + 1 + sizeBytes, isMultitrack: true };
}

/** ModEx blocks stand before the real header: size, data, then a byte with the block's and the next packet type. */
function skipModEx(payload: Uint8Array): { packetType: number; at: number } {
	let packetType = (payload[0] ?? 0) & 0x0f;
	let at = 1;
	while (packetType === MOD_EX && at < payload.length) {
		let size = (payload[at] ?? 0) + 1;
		at += 1;
		if (size === 256) {
			size = (((payload[at] ?? 0) << 8) | (payload[at + 1] ?? 0)) + 1;
			at += 2;
		}
		at += size;
		packetType = (payload[at] ?? MOD_EX) & 0x0f;
		at += 1;
	}
	return { packetType, at };
}

function fourCcAt(payload: Uint8Array, at: number): string | undefined {
	const text = String.fromCharCode(...payload.subarray(at, at + 4));
	return /^[\x20-\x7e]{4}$/.test(text) ? text : undefined;
}
