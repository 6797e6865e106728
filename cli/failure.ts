import { type MeshError, PeerLostError, RefusedError } from "#shared/base/errors";
import { status } from "#shared/rtmp/session";

const NETWORK: Record<string, string> = {
	ECONNREFUSED: "connection refused, nothing listens there",
	ECONNRESET: "the server reset the connection",
	ENOTFOUND: "no such host",
	EAI_AGAIN: "the host's name cannot be looked up now",
	EHOSTUNREACH: "no way to that host",
	ENETUNREACH: "no way to that network",
	ETIMEDOUT: "the host does not answer",
};

const REFUSALS: Record<string, string> = {
	[status.playNotFound]: "not found, the server has no such stream",
	[status.publishBadName]:
		"the server takes no publisher for this name: it is in use, not a proper one, or not this server's",
	[status.playUnpublishNotify]: "the stream ended",
	[status.playStop]: "the stream ended",
};

/** Why a call failed, in words for a person, to stand behind its address. */
export function whyFailed(error: MeshError): string {
	if (error instanceof RefusedError) return REFUSALS[error.code] ?? error.message;
	const { cause } = error;
	const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
	return (error instanceof PeerLostError && NETWORK[code]) || error.message;
}

/** Whether the server said that the stream is over, as against breaking down. */
export const isStreamEnd = (error: MeshError): boolean =>
	error instanceof RefusedError && (error.code === status.playUnpublishNotify || error.code === status.playStop);
