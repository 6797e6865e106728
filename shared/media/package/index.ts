export { packageStream } from "./package-stream.ts";
export type { Packaged, PackagedPart, PackagedSegment, PackagedTrack } from "./packaged.ts";
export { Packager, type PackagerOptions } from "./packager.ts";
