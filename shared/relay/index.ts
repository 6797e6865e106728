export * from "./relay.ts";
export * from "./relay-service.ts";
export type { RelayedStream } from "./relayed-stream.ts";
