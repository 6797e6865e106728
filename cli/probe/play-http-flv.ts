import { get, type IncomingMessage } from "node:http";
import type { Cancel } from "#shared/base/clock";
import { MeshError, PeerLostError, RefusedError } from "#shared/base/errors";
import { classify, FlvReader, unwrapTime } from "#shared/formats/flv";
import { networkWords } from "#shared/net/socket";
import { status } from "#shared/rtmp/session";
import type { Viewer } from "./viewer.ts";

const OK = 200;
const NOT_FOUND = 404;

/** Plays a stream over HTTP-FLV. The returned function leaves. */
export function playHttpFlv(url: string, viewer: Viewer): Cancel {
	let over = false;
	const end = (error: MeshError): void => {
		if (!over) viewer.onEnd(error);
		leave();
	};
	const request = get(url, { agent: false }, (response) => {
		if (response.statusCode === OK) read(response, viewer, end);
		else end(refusal(response.statusCode ?? 0));
	});
	request.on("error", (error) => end(new PeerLostError(networkWords(error), { cause: error })));

	function leave(): void {
		over = true;
		request.destroy();
	}
	return leave;
}

function refusal(code: number): RefusedError {
	if (code === NOT_FOUND) return new RefusedError(status.playNotFound, "not found");
	return new RefusedError(`HTTP ${code}`, `the server answered with HTTP status ${code}`);
}

function read(response: IncomingMessage, viewer: Viewer, end: (error: MeshError) => void): void {
	const reader = new FlvReader();
	let previous: number | undefined;
	let isOver = false;
	response.on("data", (bytes: Buffer) => {
		if (isOver) return;
		try {
			for (const { kind, time: wire, payload } of reader.push(bytes)) {
				const time = unwrapTime(previous, wire);
				previous = time;
				viewer.onPacket({ kind, role: classify(kind, payload), time, payload });
			}
		} catch (error) {
			isOver = true;
			if (!(error instanceof MeshError)) throw error;
			end(error);
		}
	});
	// HTTP has no message for the end of a stream. The proper end of the answer means it.
	response.on("end", () => end(new RefusedError(status.playStop, "the server ended the stream")));
	response.on("error", (error) => end(new PeerLostError(networkWords(error), { cause: error })));
}
