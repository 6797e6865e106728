export * from "./mpegts.ts";
