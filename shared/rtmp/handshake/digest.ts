import { createHmac, timingSafeEqual } from "node:crypto";

/*
 * The digest ("complex") handshake is not in RTMP 1.0. It came with Flash Player 9 and its servers. Players that expect
 * H.264 check for it. A 32-byte HMAC-SHA256 is inside the 1536 random bytes. Four of those bytes say where it is. There are two
 * layouts.
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

/** The place of the four bytes whose sum gives the place of the digest. */
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

/** The digest inside a C1 or S1 and its layout; undefined if the part is not signed. */
export function findDigest(part: Buffer, signer: Signer): { layout: Layout; digest: Buffer } | undefined {
	for (const layout of LAYOUTS) {
		const offset = digestOffset(part, layout);
		const found = part.subarray(offset, offset + DIGEST_BYTES);
		if (timingSafeEqual(found, digestOf(part, offset, signer))) return { layout, digest: found };
	}
	return undefined;
}

/** Writes the digest into a C1 or S1. Changes `part` in place. */
export function signPart(part: Buffer, layout: Layout, signer: Signer): void {
	const offset = digestOffset(part, layout);
	digestOf(part, offset, signer).copy(part, offset);
}

/** Makes a C2 or S2 from 1536 random bytes, signed with a key from the digest that it answers. Changes them in place. */
export function signReply(part: Buffer, answered: Buffer, signer: Signer): void {
	const end = PART_BYTES - DIGEST_BYTES;
	hmac(hmac(signer.full, answered), part.subarray(0, end)).copy(part, end);
}
