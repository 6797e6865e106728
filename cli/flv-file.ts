import { readFile } from "node:fs/promises";
import { ConfigError, ProtocolError } from "#shared/base/errors";
import { readFlv } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";

/** All packets of an FLV file. Throws ConfigError if it cannot be read, is not FLV or has no frame. */
export async function readFlvFile(path: string): Promise<MediaPacket[]> {
	const packets = flvPackets(path, await bytesOf(path));
	if (!packets.some(({ role }) => role === "frame" || role === "keyframe")) {
		throw new ConfigError(`${path}: there is no audio or video in it`);
	}
	return packets;
}

async function bytesOf(path: string): Promise<Uint8Array> {
	try {
		return await readFile(path);
	} catch (error) {
		const code = error instanceof Error && "code" in error ? String(error.code) : "";
		throw new ConfigError(`${path}: ${code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`}`, {
			cause: error,
		});
	}
}

function flvPackets(path: string, bytes: Uint8Array): MediaPacket[] {
	try {
		return readFlv(bytes);
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		throw new ConfigError(`${path}: expected an FLV file, this is something else`, { cause: error });
	}
}
