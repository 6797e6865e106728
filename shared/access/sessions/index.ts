export * from "./session.ts";
export * from "./session-registry.ts";
