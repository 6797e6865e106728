export * from "./handshake.ts";
