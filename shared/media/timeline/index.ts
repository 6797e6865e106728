export { type Bringer, Timeline, type TimelineOptions } from "./timeline.ts";
