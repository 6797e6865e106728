export { isWorker, joinPool, type Siblings, tellFailed } from "./membership.ts";
export * from "./merge-metrics.ts";
export { createPoolMetrics } from "./pool-metrics.ts";
export type { Ready } from "./worker-messages.ts";
export * from "./worker-pool.ts";
