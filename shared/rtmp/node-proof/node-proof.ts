import { createHmac, timingSafeEqual } from "node:crypto";
import type { Randoms } from "#shared/rtmp/handshake";

/*
 * Two nodes prove to each other that they know the cluster key: HMAC-SHA256 over the random bytes of both handshakes and the
 * node ids. The bytes are new for each connection, so an overheard proof is useless later. The key is never sent. The proof does
 * not encrypt the media: on a network that is not yours, put the links into a VPN.
 */

/** Who proves it to whom. Only the proof of the answering side knows `parent`. */
type Claim = { randoms: Randoms; child: string; parent?: string };

function proof(key: string, { randoms, child, parent }: Claim): Buffer {
	// With the role word, nobody can send the proof of one side back as that of the other. Lengths keep the ids apart.
	const says = parent === undefined ? `child ${child}` : `parent ${child.length} ${child} ${parent}`;
	return createHmac("sha256", key)
		.update(`millrace node proof 1 ${says}\n`)
		.update(randoms.client)
		.update(randoms.server)
		.digest();
}

/** The proof as 64 hex digits. Without `parent` it is that of the dialling child, with it the answer of the parent. */
export const makeProof = (key: string, claim: Claim): string => proof(key, claim).toString("hex");

/** True if `given` is the proof of this claim; false for anything else, of any type. */
export function isProof(given: unknown, key: string, claim: Claim): boolean {
	if (typeof given !== "string" || !/^[0-9a-f]{64}$/.test(given)) return false;
	return timingSafeEqual(Buffer.from(given, "hex"), proof(key, claim));
}
