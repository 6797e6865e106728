export * from "./serve-hls.ts";
