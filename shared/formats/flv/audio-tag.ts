import { type ExHeader, parseExHeader } from "./ex-header.ts";

/** FLV §E.4.2.1; 9 is reserved there and announces Enhanced RTMP's header. */
export const soundFormat = { mp3: 2, alaw: 7, ulaw: 8, exHeader: 9, aac: 10, speex: 11, mp3At8kHz: 14 } as const;

/** Enhanced RTMP v2, AudioPacketType. */
export const audioPacketType = { sequenceStart: 0, codedFrames: 1, multitrack: 5 } as const;

export const soundFormatOf = (payload: Uint8Array): number => (payload[0] ?? 0) >> 4;

export const parseExAudio = (payload: Uint8Array): ExHeader => parseExHeader(payload, audioPacketType.multitrack);
