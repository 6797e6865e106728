import type { Command } from "#shared/rtmp/message";
import { nameArgument, type ServerEvent, timeArgument } from "./server-event.ts";

/** The calls with FC of Flash Media Server, which encoders and CDNs make about a stream's name; each wants an empty result. */
export function fcCall({ name, args }: Command): ServerEvent | undefined {
	switch (name) {
		case "FCPublish":
			return { type: "fc-publish", name: nameArgument(args[0]) };
		case "FCUnpublish":
			return { type: "fc-unpublish", name: nameArgument(args[0]) };
		case "FCSubscribe":
		case "FMSubscribe":
			return { type: "fc-subscribe", name: nameArgument(args[0]), call: name };
		case "FCUnsubscribe":
			return { type: "fc-unsubscribe", name: nameArgument(args[0]) };
		default:
			return undefined;
	}
}

/** What a player wants of the stream it plays (RTMP 1.0 §7.2.2); `onStatus` answers, where anything does. */
export function playerCall({ name, args, streamId }: Command): ServerEvent | undefined {
	switch (name) {
		case "pause":
		case "pauseRaw":
			return { type: "pause", streamId, paused: args[0] === true };
		case "receiveAudio":
			return { type: "receive", streamId, track: "audio", wanted: args[0] !== false };
		case "receiveVideo":
			return { type: "receive", streamId, track: "video", wanted: args[0] !== false };
		case "seek":
			return { type: "seek", streamId, at: timeArgument(args[0]) };
		default:
			return undefined;
	}
}
