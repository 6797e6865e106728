export * from "./connection.ts";
export * from "./dialer.ts";
export * from "./listener.ts";
