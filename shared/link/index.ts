export * from "./node-link.ts";
