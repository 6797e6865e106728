export * from "./reader-numbers.ts";
export * from "./session.ts";
export * from "./session-page.ts";
export * from "./session-registry.ts";
