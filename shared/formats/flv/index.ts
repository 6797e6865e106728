export * from "./body.ts";
export * from "./classify.ts";
export * from "./codec-of.ts";
export { compositionTime } from "./composition-time.ts";
export * from "./file.ts";
export * from "./reader.ts";
export * from "./script-data.ts";
export * from "./tag.ts";
export * from "./unwrap-time.ts";
