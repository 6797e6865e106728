export * from "./serve-sessions.ts";
export * from "./serve-subscriptions.ts";
