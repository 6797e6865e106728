export * from "./assert-never.ts";
export * from "./mesh-error.ts";
