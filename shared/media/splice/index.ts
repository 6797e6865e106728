export type { Feed, FeedFailure, FeedState } from "./feed.ts";
export { fingerprint } from "./fingerprint.ts";
export type { SwitchCause, SwitchEvent } from "./lead.ts";
export { encodeToken, findResume, parseToken, type ResumeToken } from "./resume.ts";
export { Splicer, type SplicerOptions } from "./splicer.ts";
