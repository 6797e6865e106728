export * from "./media-packet.ts";
export * from "./stream-key.ts";
