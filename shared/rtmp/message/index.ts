export * from "./aggregate.ts";
export * from "./command.ts";
export * from "./media.ts";
export * from "./protocol-control.ts";
export * from "./user-control.ts";
