export * from "./catalog.ts";
export * from "./play-policy.ts";
export * from "./stream-source.ts";
export * from "./waiting-room.ts";
