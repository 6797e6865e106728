export * from "./node.ts";
export * from "./version.ts";
