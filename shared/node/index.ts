export * from "./drain.ts";
export * from "./node.ts";
export * from "./traffic.ts";
export * from "./version.ts";
