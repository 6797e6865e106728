export * from "./catalog.ts";
export * from "./stream-source.ts";
export * from "./waiting-room.ts";
