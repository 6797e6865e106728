export * from "./client-frames.ts";
export * from "./frame.ts";
export * from "./handshake.ts";
