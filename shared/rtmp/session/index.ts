export * from "./client.ts";
export { MAX_MESSAGE_STREAMS } from "./message-streams.ts";
export * from "./server.ts";
export { MAX_RAW_NAME_LENGTH, type ServerEvent, type SubscribeCall } from "./server-event.ts";
export * from "./status.ts";
