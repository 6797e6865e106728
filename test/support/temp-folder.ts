import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { encodeFlvTag, FLV_HEADER } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";

/** A folder for one test's files. Disposing removes it. */
export class TempFolder implements Disposable {
	readonly path = mkdtempSync(join(tmpdir(), "millrace-test-"));

	/** The path of a file in it. */
	file(name: string): string {
		return join(this.path, name);
	}

	/** Writes a file; gives its path. */
	write(name: string, content: string | Uint8Array): string {
		const path = this.file(name);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, content);
		return path;
	}

	/** Writes packets as an FLV file; gives its path. */
	writeFlv(name: string, packets: readonly MediaPacket[]): string {
		return this.write(name, Buffer.concat([FLV_HEADER, ...packets.map(encodeFlvTag)]));
	}

	[Symbol.dispose](): void {
		rmSync(this.path, { recursive: true, force: true });
	}
}
