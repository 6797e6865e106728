export type { Socket } from "node:net";
export * from "./connection-limits.ts";
export * from "./ending.ts";
export * from "./failure.ts";
export * from "./listen.ts";
export * from "./network-words.ts";
export * from "./open-files.ts";
export * from "./socket-sink.ts";
