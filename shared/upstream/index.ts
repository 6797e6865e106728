export * from "./candidate.ts";
export * from "./choose.ts";
export type { PullReport } from "./group-machine.ts";
export { type PullLoss, pull } from "./pull.ts";
export type { StartPull } from "./pull-actor.ts";
export * from "./subscription.ts";
export type { OnAirChange, SubscriptionInput } from "./subscription-machine.ts";
