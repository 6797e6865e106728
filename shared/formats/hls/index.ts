export { mediaPlaylistName } from "./media-playlist.ts";
export * from "./multivariant-playlist.ts";
export * from "./reload.ts";
export type * from "./rendition.ts";
export * from "./series.ts";
