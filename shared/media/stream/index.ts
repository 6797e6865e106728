export { Groups } from "./groups.ts";
export { HISTORY_MS } from "./history.ts";
export { Hub, type HubOptions } from "./hub.ts";
export type { PacketReader, ReadOptions } from "./packet-reader.ts";
export type { EvictReason, JoinOptions, Reader, ReaderBounds, ReaderState, ReaderStats, Sink } from "./reader.ts";
export type { StreamItem } from "./stream-item.ts";
export type { WireForm } from "./wire-form.ts";
