export type * from "./codec-config.ts";
export { frameSamples } from "./frame-samples.ts";
export { readCodecConfig } from "./read-codec-config.ts";
export { readFrameConfig } from "./read-frame-config.ts";
