export * from "./node.ts";
export * from "./report.ts";
export * from "./running.ts";
export * from "./traffic.ts";
export * from "./version.ts";
