export * from "./directory.ts";
export * from "./incarnation.ts";
export * from "./memory-directory.ts";
export type { Alive, CarriedStream, NodeInfo, NodeReport, StreamInfo } from "./messages.ts";
export * from "./nats-directory.ts";
export * from "./nats-options.ts";
export { isClusterName } from "./subjects.ts";
