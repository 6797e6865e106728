export * from "./media-packet.ts";
