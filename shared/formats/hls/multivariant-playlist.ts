import type { CodecConfig } from "#shared/formats/codec";
import { mediaPlaylistName } from "./media-playlist.ts";
import { quoted, tag } from "./tag.ts";

/** EXT-X-MEDIA's CHANNELS and the rest are known since version 7 (RFC 8216 §7). */
const VERSION = 7;
const AUDIO_GROUP = "audio";

/** What the list of renditions tells of a track; `PackagedTrack` fits. */
export type HlsTrack = {
	readonly kind: "video" | "audio";
	readonly config: CodecConfig;
	/** Bits a second of its densest segment. */
	readonly bitrate: number;
	/** Pictures a second, where known. */
	readonly frameRate?: number | undefined;
};

/** The text of the multivariant playlist: one variant, with the sound as a group of its own where there is a picture. */
export function writeMultivariantPlaylist(tracks: readonly HlsTrack[]): string {
	const [video, audio] = [trackOf(tracks, "video"), trackOf(tracks, "audio")];
	const first = video ?? audio;
	const lines = ["#EXTM3U", `#EXT-X-VERSION:${VERSION}`];
	if (!first) return `${lines.join("\n")}\n`;
	if (video && audio) lines.push(audioGroup(audio));
	lines.push(variant(tracks, first, video && audio ? quoted(AUDIO_GROUP) : undefined), mediaPlaylistName(first.kind));
	return `${lines.join("\n")}\n`;
}

const trackOf = (tracks: readonly HlsTrack[], wanted: HlsTrack["kind"]) => tracks.find(({ kind }) => kind === wanted);

function audioGroup({ kind, config }: HlsTrack): string {
	return tag("MEDIA", {
		TYPE: "AUDIO",
		"GROUP-ID": quoted(AUDIO_GROUP),
		NAME: quoted("main"),
		DEFAULT: "YES",
		AUTOSELECT: "YES",
		CHANNELS: config.kind === "audio" ? quoted(`${config.channels}`) : undefined,
		URI: quoted(mediaPlaylistName(kind)),
	});
}

function variant(tracks: readonly HlsTrack[], { config, frameRate }: HlsTrack, audio: string | undefined): string {
	const hasSize = config.kind === "video" && config.width !== undefined && config.height !== undefined;
	return tag("STREAM-INF", {
		BANDWIDTH: Math.ceil(tracks.reduce((sum, { bitrate }) => sum + bitrate, 0)),
		CODECS: quoted(tracks.map((track) => track.config.codecs).join(",")),
		RESOLUTION: hasSize ? `${config.width}x${config.height}` : undefined,
		"FRAME-RATE": frameRate?.toFixed(3),
		AUDIO: audio,
	});
}
