export * from "./host-port.ts";
export * from "./node-id.ts";
export * from "./server-url.ts";
