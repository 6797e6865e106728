export * from "./serve-dash.ts";
