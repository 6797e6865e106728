/** A track of a packaged stream. */
export type MediaTrack = "video" | "audio";

/** A file of a packaged stream, as it stands beside its playlist: the same names and bytes at every edge. */
export type MediaFile =
	| { readonly type: "init"; readonly track: MediaTrack; readonly id: string }
	| { readonly type: "segment"; readonly track: MediaTrack; readonly number: number }
	| { readonly type: "part"; readonly track: MediaTrack; readonly number: number; readonly part: number };

/** Twelve digits number segments of 1 s for 31,000 years. */
const NAME = /^(video|audio)-(?:init-([A-Za-z0-9_-]{1,64})\.mp4|(0|[1-9]\d{0,11})(?:\.(0|[1-9]\d{0,3}))?\.m4s)$/;

export const initName = (track: MediaTrack, id: string): string => `${track}-init-${id}.mp4`;
export const segmentName = (track: MediaTrack, number: number): string => `${track}-${number}.m4s`;
export const partName = (track: MediaTrack, number: number, part: number): string => `${track}-${number}.${part}.m4s`;

/** What a name means; undefined for anything that is not written as the three above write it. */
export function parseMediaFile(text: string): MediaFile | undefined {
	const [, name, id, number, part] = NAME.exec(text) ?? [];
	if (name === undefined) return undefined;
	const track = name as MediaTrack;
	if (id !== undefined) return { type: "init", track, id };
	if (part === undefined) return { type: "segment", track, number: Number(number) };
	return { type: "part", track, number: Number(number), part: Number(part) };
}
