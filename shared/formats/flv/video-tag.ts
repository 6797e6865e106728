import { type ExHeader, parseExHeader } from "./ex-header.ts";

/** FLV §E.4.3.1; 12 and 13 are what many encoders use for HEVC and AV1 where Enhanced RTMP is not spoken. */
export const videoCodec = { sorensonH263: 2, vp6: 4, vp6Alpha: 5, avc: 7, hevc: 12, av1: 13 } as const;

/** Enhanced RTMP v2, VideoPacketType. */
export const videoPacketType = {
	sequenceStart: 0,
	codedFrames: 1,
	codedFramesX: 3,
	mpeg2TsSequenceStart: 5,
	multitrack: 6,
} as const;

const frameType = { key: 1, generatedKey: 4, command: 5 } as const;

/** Codec ids whose second byte says what the packet is: 0 codec header, 1 frame, 2 end. */
const WITH_PACKET_TYPE: readonly number[] = [videoCodec.avc, videoCodec.hevc, videoCodec.av1];

/** FLV codec id of a payload without Enhanced RTMP's header. */
export const legacyVideoCodec = (payload: Uint8Array): number => (payload[0] ?? 0) & 0x0f;

/** Whether the second byte of a legacy payload is an AVCPacketType and a composition time follows it. */
export const hasAvcPacketType = (payload: Uint8Array): boolean => WITH_PACKET_TYPE.includes(legacyVideoCodec(payload));

export const isExVideo = (payload: Uint8Array): boolean => ((payload[0] ?? 0) & 0x80) !== 0;

export const parseExVideo = (payload: Uint8Array): ExHeader => parseExHeader(payload, videoPacketType.multitrack);

/** The frame type has four bits in FLV; Enhanced RTMP takes the highest, which FLV never sets. */
const frameTypeOf = (payload: Uint8Array): number => ((payload[0] ?? 0) >> 4) & 0x07;

export const isKeyframe = (payload: Uint8Array): boolean =>
	frameTypeOf(payload) === frameType.key || frameTypeOf(payload) === frameType.generatedKey;

/** A seek notice to a player instead of a picture. */
export const isCommand = (payload: Uint8Array): boolean => frameTypeOf(payload) === frameType.command;
