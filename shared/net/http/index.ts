export * from "./http-connection.ts";
export * from "./http-server.ts";
