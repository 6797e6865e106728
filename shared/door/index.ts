export * from "./http-flv.ts";
export type { PlayPolicy } from "./play.ts";
export * from "./publish-desk.ts";
export * from "./rtmp-door.ts";
