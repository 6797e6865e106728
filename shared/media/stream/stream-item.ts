import type { CodecConfig } from "#shared/formats/codec";
import type { MediaPacket } from "#shared/formats/packet";

/**
 * What a packet reader gets, in the order of the stream:
 * `packet` a frame, other data, or a codec header that cannot be read ·
 * `config` what the track's frames from here on are decoded with; `header` is the packet that says so ·
 * `metadata` the last onMetaData · `discontinuity` the times before it do not lead up to what follows ·
 * `skipped` the reader was too slow, and so many packets are missing here; a new group follows ·
 * `ended` the stream is over; nothing follows.
 */
export type StreamItem =
	| { readonly type: "packet"; readonly packet: MediaPacket }
	| {
			readonly type: "config";
			readonly track: "audio" | "video";
			readonly config: CodecConfig;
			readonly header: MediaPacket;
	  }
	| { readonly type: "metadata"; readonly packet: MediaPacket }
	| { readonly type: "discontinuity" }
	| { readonly type: "skipped"; readonly packets: number }
	| { readonly type: "ended"; readonly reason: string };
