import { createHmac, timingSafeEqual } from "node:crypto";
import type { Randoms } from "#shared/rtmp/handshake";

/*
 * Two nodes show each other that they hold the cluster key: HMAC-SHA256 over both handshakes' random bytes and the node
 * ids. The bytes are new for each connection, so a proof that is overheard proves nothing later; the key is never sent.
 * The proof does not hide the media: on a network that is not yours, put the links into a VPN.
 */

/** Who speaks and to whom; `parent` is known only to the answering side's proof. */
type Claim = { randoms: Randoms; child: string; parent?: string };

function proof(key: string, { randoms, child, parent }: Claim): Buffer {
	// The role word keeps one side's proof from being sent back as the other's; lengths keep ids apart.
	const says = parent === undefined ? `child ${child}` : `parent ${child.length} ${child} ${parent}`;
	return createHmac("sha256", key)
		.update(`millrace node proof 1 ${says}\n`)
		.update(randoms.client)
		.update(randoms.server)
		.digest();
}

/** The proof as it travels: 64 hex digits. Without `parent` the dialling child's, with it the parent's answer. */
export const makeProof = (key: string, claim: Claim): string => proof(key, claim).toString("hex");

/** True where `given` is the proof of this claim; anything else, of any type, is false. */
export function isProof(given: unknown, key: string, claim: Claim): boolean {
	if (typeof given !== "string" || !/^[0-9a-f]{64}$/.test(given)) return false;
	return timingSafeEqual(Buffer.from(given, "hex"), proof(key, claim));
}
