export * from "./access-request.ts";
export * from "./gate.ts";
