export * from "./events.ts";
export * from "./load-meter.ts";
export * from "./logger.ts";
export * from "./metrics.ts";
export * from "./run.ts";
export * from "./scope.ts";
