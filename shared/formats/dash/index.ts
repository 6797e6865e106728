export * from "./manifest.ts";
export * from "./periods.ts";
export type * from "./track.ts";
