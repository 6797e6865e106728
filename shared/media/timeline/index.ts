export type { TimelineAccount } from "./account.ts";
export { type Bringer, Timeline, type TimelineOptions } from "./timeline.ts";
