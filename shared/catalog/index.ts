export * from "./catalog.ts";
export * from "./stream-source.ts";
