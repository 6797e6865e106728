export * from "./host-port.ts";
export * from "./server-url.ts";
