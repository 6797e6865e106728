export * from "./candidate.ts";
export * from "./choose.ts";
export { type PullLoss, pull } from "./pull.ts";
export type { StartPull } from "./pull-actor.ts";
export * from "./subscription.ts";
export type { OnAirChange } from "./subscription-machine.ts";
