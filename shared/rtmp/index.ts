export { MAX_BUFFERED_BYTES, MAX_CHUNK_STREAMS, MAX_MESSAGE_BYTES, MessageBudget, OVER_BUDGET } from "./chunk/index.ts";
export type { Randoms } from "./handshake/index.ts";
export { writeMedia } from "./message/index.ts";
export * from "./node-proof.ts";
export * from "./session/index.ts";
