export * from "./serve-subscriptions.ts";
