/** A message as the chunk layer sees it (RTMP 1.0 §6.1): not yet read, timestamp still 32 bits wide. */
export type RawMessage = { type: number; streamId: number; timestamp: number; payload: Uint8Array };

/** Message type ids (RTMP 1.0 §5.4, §7.1). */
export const TYPE_SET_CHUNK_SIZE = 1;
export const TYPE_ABORT = 2;
export const TYPE_ACKNOWLEDGEMENT = 3;
export const TYPE_USER_CONTROL = 4;
export const TYPE_WINDOW_ACK_SIZE = 5;
export const TYPE_SET_PEER_BANDWIDTH = 6;
export const TYPE_AUDIO = 8;
export const TYPE_VIDEO = 9;
export const TYPE_DATA_AMF3 = 15;
export const TYPE_COMMAND_AMF3 = 17;
export const TYPE_DATA_AMF0 = 18;
export const TYPE_COMMAND_AMF0 = 20;
export const TYPE_AGGREGATE = 22;

/** The chunk streams that we send on. 2 is for the protocol itself (§5.4), the others are our choice. */
export const CHUNK_STREAM_CONTROL = 2;
export const CHUNK_STREAM_COMMAND = 3;
export const CHUNK_STREAM_AUDIO = 4;
export const CHUNK_STREAM_VIDEO = 6;
export const CHUNK_STREAM_DATA = 5;
