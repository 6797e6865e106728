export * from "./access-request.ts";
export * from "./gate.ts";
export * from "./http-request.ts";
