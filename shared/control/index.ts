export * from "./directory.ts";
export * from "./incarnation.ts";
export * from "./memory-directory.ts";
export type { Alive, NodeInfo, StreamInfo } from "./messages.ts";
export { MAX_CODECS, MAX_HOPS, MAX_STREAMS_PER_NODE, nodeInfo } from "./messages.ts";
export * from "./nats-directory.ts";
export * from "./nats-options.ts";
export { isClusterName, isNodeId } from "./subjects.ts";
