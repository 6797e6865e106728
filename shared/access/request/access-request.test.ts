import { expect, test } from "vitest";
import { agentOf, credentialsIn, credentialsOf, queryOf } from "./access-request.ts";

test.for([
	["nothing", undefined, {}],
	// RFC 7617 §2.
	["Basic", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", { user: "Aladdin", password: "open sesame" }],
	["Basic with a colon in the password", "Basic YTpiOmM=", { user: "a", password: "b:c" }],
	["Basic without a colon", "Basic QWxhZGRpbg==", {}],
	// RFC 6750 §2.1.
	["Bearer", "Bearer mF_9.B5f-4.1JqM", { bearer: "mF_9.B5f-4.1JqM" }],
	["bearer in small letters", "bearer x", { bearer: "x" }],
	["another scheme", "Digest username=x", {}],
	["a scheme alone", "Basic", {}],
] as const)("Authorization: %s", ([, header, expected]) => {
	expect(credentialsOf(header)).toEqual(expected);
});

test.for([
	["rtmp://host/live", {}],
	["rtmp://ann:s%40cret@host/live", { user: "ann", password: "s@cret" }],
	["rtmp://ann:100%@host/live", { user: "ann", password: "100%" }],
	["rtmp://[", {}],
	["", {}],
] as const)("credentials in %s", ([address, expected]) => {
	expect(credentialsIn(address)).toEqual(expected);
});

test.for([
	["news?token=x", "token=x"],
	["news?a=1?b=2", "a=1?b=2"],
	["news?", ""],
	["news", ""],
] as const)("the query of %s", ([text, query]) => {
	expect(queryOf(text)).toBe(query);
});

test("what a peer calls itself is cut, and no text is no name", () => {
	expect(agentOf("x".repeat(500))).toHaveLength(200);
	expect(agentOf(7)).toBe("");
});
