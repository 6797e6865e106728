export * from "./observe-relay.ts";
export * from "./open-relay.ts";
export type { Relay } from "./relay.ts";
export type { RelayedStream } from "./relayed-stream.ts";
