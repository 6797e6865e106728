/**
 * NAL units of one picture. 600 slices are the most of HEVC's highest level (ITU-T H.265 table A.8); what is more is no
 * picture, and the rest of it is left out.
 */
const MAX_NAL_UNITS = 1024;

const START_CODE = Buffer.from([0, 0, 0, 1]);

/** What the two codecs of this kind differ in. */
type NalSyntax = {
	typeOf(nal: Uint8Array): number;
	readonly delimiter: { readonly type: number; readonly nal: Uint8Array };
	readonly sps: number;
};

/** ITU-T H.264 §7.3.1, §7.3.2.4: a delimiter that allows every kind of slice. */
const avc: NalSyntax = {
	typeOf: (nal) => (nal[0] ?? 0) & 0x1f,
	delimiter: { type: 9, nal: Buffer.from([0x09, 0xf0]) },
	sps: 7,
};

/** ITU-T H.265 §7.3.1.2, §7.3.2.5. */
const hevc: NalSyntax = {
	typeOf: (nal) => ((nal[0] ?? 0) >> 1) & 0x3f,
	delimiter: { type: 35, nal: Buffer.from([0x46, 0x01, 0x50]) },
	sps: 33,
};

export type AnnexBOptions = {
	readonly codec: "h264" | "hevc";
	readonly nalLengthBytes: number;
	readonly parameterSets: readonly Uint8Array[];
};

/**
 * An MP4 sample as a byte stream (ITU-T H.264 and H.265 Annex B): a delimiter in front, as MPEG-TS demands (ISO/IEC 13818-1
 * §2.14.1, §2.17.1), and before a keyframe the parameter sets, unless it brings its own. What is cut off is left out; nothing
 * where no NAL unit is whole. The parts are views.
 */
export function annexB(sample: Uint8Array, isKeyframe: boolean, options: AnnexBOptions): Uint8Array[] {
	const syntax = options.codec === "h264" ? avc : hevc;
	const nals = nalUnits(sample, options.nalLengthBytes);
	const [first] = nals;
	if (!first) return [];
	const { delimiter } = syntax;
	const hasDelimiter = syntax.typeOf(first) === delimiter.type;
	const hasSets = nals.some((nal) => syntax.typeOf(nal) === syntax.sps);
	const parts = [START_CODE, hasDelimiter ? first : delimiter.nal];
	if (isKeyframe && !hasSets) for (const set of options.parameterSets) parts.push(START_CODE, set);
	for (const nal of hasDelimiter ? nals.slice(1) : nals) parts.push(START_CODE, nal);
	return parts;
}

function nalUnits(sample: Uint8Array, lengthBytes: number): Uint8Array[] {
	const nals: Uint8Array[] = [];
	for (let at = 0; at + lengthBytes <= sample.length && nals.length < MAX_NAL_UNITS; ) {
		let size = 0;
		for (let end = at + lengthBytes; at < end; at++) size = size * 256 + (sample[at] ?? 0);
		if (at + size > sample.length) break;
		if (size > 0) nals.push(sample.subarray(at, at + size));
		at += size;
	}
	return nals;
}
