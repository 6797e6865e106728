export * from "./http-viewer.ts";
export * from "./serve-live.ts";
