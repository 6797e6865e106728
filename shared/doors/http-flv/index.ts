export * from "./http-flv.ts";
