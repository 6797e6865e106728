export * from "./drain.ts";
export * from "./node.ts";
export * from "./version.ts";
