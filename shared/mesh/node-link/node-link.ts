import { isNodeId } from "#shared/base/names";
import type { Amf0Object, Amf0Value } from "#shared/formats/amf0";
import { isAmf0Object } from "#shared/formats/amf0";
import type { Randoms } from "#shared/rtmp/handshake";
import { isProof, makeProof } from "#shared/rtmp/node-proof";

/** The property of the `connect` command and of its answer with which a node identifies itself. */
const PROPERTY = "millrace";

/** The identity of this node, and the key that all nodes share, if the mesh has one. */
export type Identity = { id: string; key?: string };

/** The result for a connecting peer. `answer` goes into the info object of the answer to `connect`. */
export type PeerCheck =
	| { type: "client" }
	| { type: "node"; id: string; answer: Amf0Object }
	| { type: "refused"; reason: "missing-proof" | "wrong-proof" | "loop"; message: string };

/** The parent's side: checks the object of a `connect`. If there is a key, a peer that claims to be a node must prove that it knows it. */
export function checkPeer(self: Identity, object: Amf0Object, randoms: Randoms): PeerCheck {
	const claim = claimOf(object);
	if (!claim) return { type: "client" };
	const { node, proof } = claim;
	if (typeof node !== "string" || !isNodeId(node)) {
		return { type: "refused", reason: "wrong-proof", message: "a node link without a usable node id" };
	}
	if (node === self.id) return { type: "refused", reason: "loop", message: `node ${node} dials itself` };
	if (self.key === undefined)
		return { type: "node", id: node, answer: { [PROPERTY]: { node: self.id, segments: true } } };
	if (proof === undefined)
		return { type: "refused", reason: "missing-proof", message: `node ${node} brings no proof of the cluster key` };
	if (!isProof(proof, self.key, { randoms, child: node })) {
		return { type: "refused", reason: "wrong-proof", message: `node ${node} has another cluster key` };
	}
	const answer = {
		node: self.id,
		segments: true,
		proof: makeProof(self.key, { randoms, child: node, parent: self.id }),
	};
	return { type: "node", id: node, answer: { [PROPERTY]: answer } };
}

/** The child's side: the properties for its `connect`. */
export function introduce(self: Identity, randoms: Randoms): Amf0Object {
	const proof = self.key === undefined ? {} : { proof: makeProof(self.key, { randoms, child: self.id }) };
	return { [PROPERTY]: { node: self.id, ...proof } };
}

/** The child's side: checks the parent's answer. Returns a sentence of complaint, or undefined if all is well. */
export function complaintAbout(self: Identity, info: Amf0Object, randoms: Randoms): string | undefined {
	if (self.key === undefined) return undefined;
	const { node, proof } = claimOf(info) ?? {};
	if (typeof node !== "string" || proof === undefined) return "the server brings no proof of the cluster key";
	const isRight = isProof(proof, self.key, { randoms, child: self.id, parent: node });
	return isRight ? undefined : `the server ${isNodeId(node) ? node : "there"} has another cluster key`;
}

/** The child's side: whether the server is a node that sends messages about segments to who asks for them. */
export function givesSegments(info: Amf0Object): boolean {
	const claim = info[PROPERTY];
	return isAmf0Object(claim) && claim["segments"] === true;
}

function claimOf(object: Amf0Object): { node: Amf0Value; proof: Amf0Value } | undefined {
	const claim = object[PROPERTY];
	return isAmf0Object(claim) ? { node: claim["node"], proof: claim["proof"] } : undefined;
}
