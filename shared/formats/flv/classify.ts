import type { PacketRole, TrackKind } from "#shared/formats/packet";
import { audioPacketType, parseExAudio, soundFormat, soundFormatOf } from "./audio-tag.ts";
import { isMetadata } from "./script-data.ts";
import { hasAvcPacketType, isCommand, isExVideo, isKeyframe, parseExVideo, videoPacketType } from "./video-tag.ts";

const AVC_SEQUENCE_HEADER = 0;
const AVC_NALU = 1;
const AAC_SEQUENCE_HEADER = 0;

/**
 * What an FLV tag's data mean to a relay, legacy and Enhanced RTMP alike. Never throws:
 * an unknown codec's data are frames, and what is too short to tell is "other".
 */
export function classify(kind: TrackKind, payload: Uint8Array): PacketRole {
	if (payload.length === 0) return "other";
	if (kind === "data") return isMetadata(payload) ? "metadata" : "other";
	return kind === "audio" ? audioRole(payload) : videoRole(payload);
}

function audioRole(payload: Uint8Array): PacketRole {
	switch (soundFormatOf(payload)) {
		case soundFormat.exHeader:
			return exAudioRole(payload);
		case soundFormat.aac:
			if (payload.length < 2) return "other";
			return payload[1] === AAC_SEQUENCE_HEADER ? "header" : "frame";
		default:
			return "frame";
	}
}

function exAudioRole(payload: Uint8Array): PacketRole {
	const { packetType, fourCc } = parseExAudio(payload);
	if (fourCc === undefined) return "other";
	if (packetType === audioPacketType.sequenceStart) return "header";
	return packetType === audioPacketType.codedFrames ? "frame" : "other";
}

function videoRole(payload: Uint8Array): PacketRole {
	if (isCommand(payload)) return "other";
	if (isExVideo(payload)) return exVideoRole(payload);
	if (!hasAvcPacketType(payload) || payload[1] === AVC_NALU) return isKeyframe(payload) ? "keyframe" : "frame";
	return payload[1] === AVC_SEQUENCE_HEADER ? "header" : "other";
}

function exVideoRole(payload: Uint8Array): PacketRole {
	const { packetType, fourCc } = parseExVideo(payload);
	if (fourCc === undefined) return "other";
	switch (packetType) {
		case videoPacketType.sequenceStart:
		case videoPacketType.mpeg2TsSequenceStart:
			return "header";
		case videoPacketType.codedFrames:
		case videoPacketType.codedFramesX:
			return isKeyframe(payload) ? "keyframe" : "frame";
		default:
			return "other";
	}
}
