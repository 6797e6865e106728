import { expect, test } from "vitest";
import { isProof, makeProof } from "./node-proof.ts";

const randoms = { client: Buffer.alloc(1536, 1), server: Buffer.alloc(1536, 2) };
const others = { client: Buffer.alloc(1536, 1), server: Buffer.alloc(1536, 3) };
const KEY = "a cluster key";
const asked = { randoms, child: "edge-1" };
const answered = { ...asked, parent: "origin-1" };

// printf 'millrace node proof 1 child edge-1\n' + 1536 × 0x01 + 1536 × 0x02 | openssl dgst -sha256 -hmac 'a cluster key'
const CHILD_PROOF = "1d3f9cb09421f0a2d9fbac7659351b87e6d2280a43501ce578bb3f92cb224e13";
// the same with 'millrace node proof 1 parent 6 edge-1 origin-1\n'
const PARENT_PROOF = "b89e769f136e31c7198874ac624dfeef3e74cd820e020b8c948bee50d485db67";

test("the proof is an HMAC-SHA256 that openssl makes too", () => {
	expect(makeProof(KEY, asked)).toBe(CHILD_PROOF);
	expect(makeProof(KEY, answered)).toBe(PARENT_PROOF);
	expect(isProof(CHILD_PROOF, KEY, asked)).toBe(true);
	expect(isProof(PARENT_PROOF, KEY, answered)).toBe(true);
});

const refused = [
	{ name: "another key", given: makeProof("another key", asked) },
	{ name: "the parent's proof sent back as the child's", given: PARENT_PROOF },
	{ name: "a proof overheard on another connection", given: makeProof(KEY, { ...asked, randoms: others }) },
	{
		name: "both sides' random bytes changed over",
		given: makeProof(KEY, { ...asked, randoms: { client: randoms.server, server: randoms.client } }),
	},
	{ name: "another node's proof", given: makeProof(KEY, { ...asked, child: "edge-2" }) },
	{ name: "capital letters", given: CHILD_PROOF.toUpperCase() },
	{ name: "a proof cut short", given: CHILD_PROOF.slice(2) },
	{ name: "a proof with a tail", given: `${CHILD_PROOF}00` },
	{ name: "a proof with a line end", given: `${CHILD_PROOF}\n` },
	{ name: "no text", given: 64 },
	{ name: "nothing", given: undefined },
	{ name: "an object", given: Object.create(null) },
];

test.for(refused)("refused as the child's: $name", ({ given }) => {
	expect(isProof(given, KEY, asked)).toBe(false);
});

test("the child's proof is no answer, and an answer holds for its own pair of nodes", () => {
	expect(isProof(CHILD_PROOF, KEY, answered)).toBe(false);
	expect(isProof(PARENT_PROOF, KEY, { ...answered, parent: "origin-2" })).toBe(false);
	// Moving a space from one id to the other would read the same without the length.
	expect(
		isProof(makeProof(KEY, { randoms, child: "a", parent: "b c" }), KEY, { randoms, child: "a b", parent: "c" }),
	).toBe(false);
});
