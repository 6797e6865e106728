import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { isAmf0Object } from "#shared/formats/amf0";
import { checkPeer, complaintAbout, introduce } from "./node-link.ts";

const randoms = () => ({ client: randomBytes(1536), server: randomBytes(1536) });
const key = "a key of sixteen or more";
const parent = { id: "origin1", key };
const child = { id: "edge1", key };

test("two nodes of one key believe each other", () => {
	const both = randoms();
	const peer = checkPeer(parent, introduce(child, both), both);
	if (peer.type !== "node") return expect.fail(peer.type);
	expect(peer.id).toBe("edge1");
	expect(complaintAbout(child, peer.answer, both)).toBeUndefined();
});

test("the key itself never travels", () => {
	const both = randoms();
	const introduction = introduce(child, both);
	const peer = checkPeer(parent, introduction, both);
	expect(JSON.stringify([introduction, peer])).not.toContain(key);
});

test("an encoder or player claims nothing and is a client", () => {
	expect(checkPeer(parent, { app: "live" }, randoms())).toEqual({ type: "client" });
});

test.for([
	["no proof", "missing-proof", { node: "edge1" }],
	["a proof that is no text", "wrong-proof", { node: "edge1", proof: 7 }],
	["a proof of zeroes", "wrong-proof", { node: "edge1", proof: "0".repeat(64) }],
	["no usable id", "wrong-proof", { node: "edge 1", proof: "0".repeat(64) }],
	["our own id", "loop", { node: "origin1", proof: "0".repeat(64) }],
] as const)("a node with %s is refused", ([, reason, millrace]) => {
	expect(checkPeer(parent, { millrace }, randoms())).toMatchObject({ type: "refused", reason });
});

test("another key is refused on both sides", () => {
	const both = randoms();
	const stranger = { id: "edge1", key: "another key altogether" };
	expect(checkPeer(parent, introduce(stranger, both), both)).toMatchObject({ type: "refused", reason: "wrong-proof" });
	const peer = checkPeer(
		stranger.id === "edge1" ? { ...stranger, id: "origin1" } : parent,
		introduce(stranger, both),
		both,
	);
	if (peer.type !== "node") return expect.fail(peer.type);
	expect(complaintAbout(child, peer.answer, both)).toMatch(/another cluster key/);
});

test("a proof that was overheard is worth nothing on the next connection", () => {
	expect(checkPeer(parent, introduce(child, randoms()), randoms())).toMatchObject({ reason: "wrong-proof" });
});

test("a parent cannot answer with the child's own proof", () => {
	const both = randoms();
	const { millrace } = introduce(child, both);
	if (!isAmf0Object(millrace)) return expect.fail("an introduction");
	const mirrored = { millrace: { node: "origin1", proof: millrace["proof"] } };
	expect(complaintAbout(child, mirrored, both)).toMatch(/another cluster key/);
	expect(complaintAbout(child, {}, both)).toMatch(/no proof/);
});

test("without a key a claim is taken as it is", () => {
	const both = randoms();
	const peer = checkPeer({ id: "origin1" }, introduce({ id: "edge1" }, both), both);
	expect(peer).toMatchObject({ type: "node", id: "edge1" });
	expect(complaintAbout({ id: "edge1" }, {}, both)).toBeUndefined();
});
