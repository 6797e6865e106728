export * from "./http-viewer.ts";
