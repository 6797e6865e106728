export * from "./http-viewer.ts";
export * from "./serve-live.ts";
export type { LiveAnswer } from "./way.ts";
