import type { Amf0Object } from "#shared/formats/amf0";

/** The codes of RTMP 1.0 §7.2 and of Flash Media Server that clients look at. */
export const status = {
	connectSuccess: "NetConnection.Connect.Success",
	connectRejected: "NetConnection.Connect.Rejected",
	connectInvalidApp: "NetConnection.Connect.InvalidApp",
	callFailed: "NetConnection.Call.Failed",
	publishStart: "NetStream.Publish.Start",
	publishBadName: "NetStream.Publish.BadName",
	unpublishSuccess: "NetStream.Unpublish.Success",
	playReset: "NetStream.Play.Reset",
	playStart: "NetStream.Play.Start",
	playStop: "NetStream.Play.Stop",
	playFailed: "NetStream.Play.Failed",
	playNotFound: "NetStream.Play.StreamNotFound",
	playUnpublishNotify: "NetStream.Play.UnpublishNotify",
	pauseNotify: "NetStream.Pause.Notify",
	unpauseNotify: "NetStream.Unpause.Notify",
	seekNotify: "NetStream.Seek.Notify",
	seekFailed: "NetStream.Seek.Failed",
} as const;
export type StatusCode = (typeof status)[keyof typeof status];

const ERRORS = /\.(Rejected|InvalidApp|Failed|BadName|StreamNotFound)$/;

/** The info object of `onStatus`, `_result`, `_error` and the FC calls. */
export const statusInfo = (code: StatusCode, description: string, more: Amf0Object = {}): Amf0Object => ({
	level: ERRORS.test(code) ? "error" : "status",
	code,
	description,
	...more,
});
