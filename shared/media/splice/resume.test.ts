import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeToken, findResume, parseToken } from "./resume.ts";
import { Splicer } from "./splicer.ts";
import { makeSource, textOf, USUAL } from "./test-source.ts";

const mark = fc.integer({ min: 0, max: 2 ** 53 - 1 });
const run = fc.array(mark, { maxLength: 4 });

/** The token of somebody who has the packets. */
function tokenOf(packets: ReturnType<typeof makeSource>) {
	const splicer = new Splicer({ deliver: () => {} });
	const feed = splicer.open("a");
	for (const next of packets) feed.push({ ...next, time: next.time + 1234 }, next.time);
	const token = splicer.resumeToken();
	if (!token) throw new Error("no frames");
	return token;
}

test("a token is printable text and is read as it was", () => {
	const token = fc
		.record({ audio: run, video: run, skewMs: fc.integer({ min: -1e6, max: 1e6 }) })
		.filter(({ audio, video }) => audio.length + video.length > 0);
	fc.assert(
		fc.property(token, (each) => {
			const text = encodeToken(each);
			expect(text).toMatch(/^[0-9a-z~_-]{1,128}$/);
			expect(parseToken(text)).toEqual(each);
		}),
	);
});

test.for(["1~a~b_~c_-12", "1_~zz_0", "1~0__5"])("%s is a token", (text) => {
	const token = parseToken(text);
	expect(token && encodeToken(token)).toBe(text);
});

test.for([
	"",
	"1",
	"1__0",
	"2~a_~b_0",
	"1~a_~b_",
	"1~A_~b_0",
	"1~a~b~c~d~e_~b_0",
	"1~a_~b_1.5",
	`1~${"z".repeat(12)}__0`,
])("%j is none", (text) => expect(parseToken(text)).toBeUndefined());

test("any text is a token that can be sent on, or none", () => {
	const alphabet = fc.constantFrom(..."1~_-09az.");
	fc.assert(
		fc.property(fc.oneof(fc.string(), fc.string({ unit: alphabet, maxLength: 40 })), (text) => {
			const token = parseToken(text);
			if (token) expect(parseToken(encodeToken(token))).toEqual(token);
			else expect(token).toBeUndefined();
		}),
	);
});

test("the history is resumed with the frames of the token, so that nothing is missing", () => {
	const source = makeSource({ seconds: 12, ...USUAL });
	fc.assert(
		fc.property(fc.integer({ min: 60, max: 600 }), fc.integer({ min: 0, max: 200 }), (has, more) => {
			const mine = source.slice(0, has);
			const history = source.slice(3, has + more);
			const from = findResume(tokenOf(mine), history) ?? -1;
			const sent = history.slice(from).map(textOf);
			for (const next of history.slice(has - 3)) expect(sent).toContain(textOf(next));
			expect(sent.length).toBeLessThanOrEqual(more + 12);
		}),
		{ numRuns: 50 },
	);
});

test("silence is resumed where it is as far from the pictures as it was", () => {
	const source = makeSource({ seconds: 5, ...USUAL, isRepeated: (kind) => kind === "audio" });
	const mine = source.slice(0, 200);
	const from = findResume(tokenOf(mine), source.slice(3)) ?? -1;
	expect(from).toBeGreaterThan(200 - 3 - 12);
	expect(from).toBeLessThan(200 - 3);
});

test("in a clip played again the newest round is meant", () => {
	const clip = makeSource({ seconds: 3, ...USUAL }).slice(3);
	const history = [...clip, ...clip.map((next) => ({ ...next, time: next.time + 2990 }))];
	const from = findResume(tokenOf(clip.slice(0, 100)), history) ?? -1;
	expect(from).toBeGreaterThan(clip.length);
	expect(from).toBeLessThan(clip.length + 100);
});

test("a track that is not in the history yet is no hindrance, a history of other frames gives no answer", () => {
	const source = makeSource({ seconds: 5, ...USUAL });
	const token = tokenOf(source.slice(0, 150));
	const video = source.filter(({ kind }) => kind === "video");
	expect(findResume(token, video)).toBeDefined();
	expect(findResume(token, makeSource({ seconds: 5, name: "other ", ...USUAL }))).toBeUndefined();
	expect(findResume(token, [])).toBeUndefined();
});
