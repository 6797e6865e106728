export * from "./ending.ts";
export * from "./failure.ts";
export * from "./http-server.ts";
export * from "./rtmp-connection.ts";
export * from "./rtmp-dialer.ts";
export * from "./rtmp-listener.ts";
export * from "./socket-sink.ts";
