export { encodeFragment, type Fragment, type Sample } from "./fragment.ts";
export { type InitSegment, initSegment, isRefusal, type Refusal, timescaleOf } from "./init-segment.ts";
