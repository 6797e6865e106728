import { type MeshError, RefusedError } from "#shared/base/errors";
import { status } from "#shared/rtmp/session";

const REFUSALS: Record<string, string> = {
	[status.playNotFound]: "not found, the server has no such stream",
	[status.publishBadName]:
		"the server takes no publisher for this name: it is in use, not a proper one, or not this server's",
	[status.playUnpublishNotify]: "the stream ended",
	[status.playStop]: "the stream ended",
};

/** Why a call failed, in words for a person. They follow the address. */
export const whyFailed = (error: MeshError): string =>
	(error instanceof RefusedError && REFUSALS[error.code]) || error.message;

/** Whether the server said that the stream is over. False if it broke down. */
export const isStreamEnd = (error: MeshError): boolean =>
	error instanceof RefusedError && (error.code === status.playUnpublishNotify || error.code === status.playStop);
