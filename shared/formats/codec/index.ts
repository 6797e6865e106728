export type * from "./codec-config.ts";
export { readCodecConfig } from "./read-codec-config.ts";
