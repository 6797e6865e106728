export * from "./publish-desk.ts";
export * from "./rtmp-door.ts";
