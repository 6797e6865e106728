export * from "./packagers.ts";
