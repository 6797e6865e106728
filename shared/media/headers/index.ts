export { CodecsSeen } from "./codecs-seen.ts";
export * from "./headers.ts";
export { isMultitrack, trackOf } from "./track.ts";
