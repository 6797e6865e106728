import { expect, test } from "vitest";
import { askAsNode, resumeAsked, segmentsAsked } from "./resume-request.ts";

const token = { audio: [11, 12], video: [7, 8, 9], skewMs: -20 };

test("what a child asks is what its parent reads", () => {
	expect(resumeAsked(askAsNode(token))).toEqual(token);
	expect(segmentsAsked(askAsNode(token))).toBe(true);
});

test("who has had nothing asks for nothing", () => {
	expect(resumeAsked(askAsNode(undefined))).toBeUndefined();
	expect(segmentsAsked(askAsNode(undefined))).toBe(true);
});

test.for([
	["nothing", undefined],
	["a player's object", {}],
	["no text", { millrace: { resume: 7 } }],
	["no object", { millrace: "resume" }],
	["a text we do not know", { millrace: { resume: "2~1_~1_0" } }],
	["a text without end", { millrace: { resume: `1${"~1".repeat(1000)}_~1_0` } }],
] as const)("%s resumes nothing", ([, object]) => {
	expect(resumeAsked(object)).toBeUndefined();
});
