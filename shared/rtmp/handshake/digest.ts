import { createHmac, timingSafeEqual } from "node:crypto";

/*
 * The digest ("complex") handshake is not in RTMP 1.0; Flash Player 9 and its servers brought it, and players that want
 * H.264 from a server check for it. A 32-byte HMAC-SHA256 sits inside the 1536 random bytes, at a place that four of
 * those bytes name, in one of two layouts.
 */

/** C1, S1, C2 and S2 are this long (RTMP 1.0 §5.2.3). */
export const PART_BYTES = 1536;
const DIGEST_BYTES = 32;

const SHARED_TAIL = Buffer.from("f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae", "hex");
const side = (name: string) => ({ name: Buffer.from(name), full: Buffer.concat([Buffer.from(name), SHARED_TAIL]) });

/** Signs what players send. */
export const PLAYER = side("Genuine Adobe Flash Player 001");
/** Signs what servers send. */
export const SERVER = side("Genuine Adobe Flash Media Server 001");
type Signer = typeof PLAYER;

/** Where a layout keeps the four bytes whose sum places the digest. */
const LAYOUTS = [8, 772] as const;
export type Layout = (typeof LAYOUTS)[number];

const hmac = (key: Buffer, ...parts: Buffer[]): Buffer => {
	const sum = createHmac("sha256", key);
	for (const part of parts) sum.update(part);
	return sum.digest();
};

function digestOffset(part: Buffer, layout: Layout): number {
	const sum =
		part.readUInt8(layout) + part.readUInt8(layout + 1) + part.readUInt8(layout + 2) + part.readUInt8(layout + 3);
	return (sum % 728) + layout + 4;
}

const digestOf = (part: Buffer, offset: number, signer: Signer): Buffer =>
	hmac(signer.name, part.subarray(0, offset), part.subarray(offset + DIGEST_BYTES));

/** The digest inside a C1 or S1 and its layout, or undefined where the part is not signed. */
export function findDigest(part: Buffer, signer: Signer): { layout: Layout; digest: Buffer } | undefined {
	for (const layout of LAYOUTS) {
		const offset = digestOffset(part, layout);
		const found = part.subarray(offset, offset + DIGEST_BYTES);
		if (timingSafeEqual(found, digestOf(part, offset, signer))) return { layout, digest: found };
	}
	return undefined;
}

/** Writes the digest into a C1 or S1; `part` is changed in place. */
export function signPart(part: Buffer, layout: Layout, signer: Signer): void {
	const offset = digestOffset(part, layout);
	digestOf(part, offset, signer).copy(part, offset);
}

/** Makes a C2 or S2 out of 1536 random bytes: signed with a key made of the digest it answers. Changed in place. */
export function signReply(part: Buffer, answered: Buffer, signer: Signer): void {
	const end = PART_BYTES - DIGEST_BYTES;
	hmac(hmac(signer.full, answered), part.subarray(0, end)).copy(part, end);
}
