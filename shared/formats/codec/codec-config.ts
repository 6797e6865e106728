/** What a decoder is told before the first frame of a track, read once from the encoder's codec header. */
export type CodecConfig = VideoConfig | AudioConfig;

type Common = {
	/** RFC 6381, as `CODECS` of HLS and `codecs` of DASH write it. */
	readonly codecs: string;
	/**
	 * The configuration record as the header has it: the content of `avcC`, `hvcC`, `av1C`, `vpcC`, `dac3` or `dec3`, the
	 * decoder info of `esds`, an OpusHead, or FLAC's metadata blocks. MP3 has none.
	 */
	readonly record: Uint8Array;
};

/** A video track; pixels are those shown, after cropping. VP9 and some AV1 encoders tell the size in the keyframes only. */
export type VideoConfig = Common & {
	readonly kind: "video";
	readonly width?: number;
	readonly height?: number;
} & (
		| { readonly codec: "h264"; readonly nalLengthBytes: number; readonly parameterSets: readonly Uint8Array[] }
		| { readonly codec: "hevc"; readonly nalLengthBytes: number; readonly parameterSets: readonly Uint8Array[] }
		| { readonly codec: "av1" }
		| { readonly codec: "vp9" }
	);

/** An audio track; the sample rate is that of the decoder's output. */
export type AudioConfig = Common & {
	readonly kind: "audio";
	readonly codec: "aac" | "opus" | "flac" | "mp3" | "ac3" | "eac3";
	readonly sampleRate: number;
	readonly channels: number;
	/** Samples at `sampleRate` in each frame; left out where a frame says it itself (Opus, FLAC of varying blocks). */
	readonly frameSamples?: number;
};
