export * from "./media-file.ts";
export * from "./node-id.ts";
export * from "./stream-key.ts";
