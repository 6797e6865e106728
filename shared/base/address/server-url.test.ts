import fc from "fast-check";
import { expect, test } from "vitest";
import { hostPortText, parseHostPort } from "./host-port.ts";
import { parseServerUrl } from "./server-url.ts";

test.for([
	["rtmp://10.1.1.5:1936", "10.1.1.5", 1936],
	["rtmp://origin-1", "origin-1", 1935],
	["RTMP://origin.example./", "origin.example.", 1935],
	["rtmp://[2001:db8::1]:19350", "2001:db8::1", 19_350],
] as const)("%s leads to %s, port %i", ([url, host, port]) => {
	expect(parseServerUrl(url, "rtmp")).toEqual({ host, port });
});

test.for([
	...["rtmp://[", "rtmp://:", "rtmp://", "rtmp://a b", "rtmp://a:99999", "rtmp://a:65536", "rtmp://a:0", "rtmp://a:x"],
	...[
		"rtmp://[::1",
		"rtmp://::1",
		"rtmp://[1.2.3.4]",
		"rtmp://1.2.3",
		"rtmp://256.1.1.1",
		"rtmp://a@b",
		"rtmp://a/live",
	],
	...["rtmp:a", "a:1935", "rtmps://x:443", "rtmps://x:y", "http://a:80", "rtmp://a?b", "rtmp://a#b", "rtmp://a\\b", ""],
])("nobody can dial %j", (url) => {
	expect(parseServerUrl(url, "rtmp")).toBeUndefined();
});

test("a name that a browser takes for a broken IPv4 address is no HTTP server", () => {
	expect(parseServerUrl("http://server.0x", "http")).toBeUndefined();
});

test("whatever is taken, URL takes as well and finds the same place", () => {
	const piece = fc.constantFrom(
		"rtmp://",
		"http://",
		"a",
		"A",
		"0",
		"1",
		"255",
		".",
		":",
		"[",
		"]",
		"::1",
		"%",
		"@",
		"/",
		"-",
		"_",
		" ",
		"x",
	);
	fc.assert(
		fc.property(fc.constantFrom("rtmp", "http"), fc.array(piece, { maxLength: 8 }), (scheme, pieces) => {
			const text = `${scheme}://${pieces.join("")}`;
			const found = parseServerUrl(text, scheme);
			if (!found) return;
			const url = new URL(text);
			const standard = scheme === "rtmp" ? 1935 : 80;
			expect(Number(url.port || standard)).toBe(found.port);
			// HTTP hosts are made canonical, such as 001.2.3.4: what is dialled is the text.
			if (scheme === "rtmp" && !found.host.includes(":")) expect(url.hostname).toBe(found.host);
			expect(parseHostPort(hostPortText(found))).toEqual(found);
		}),
		{ numRuns: 3_000 },
	);
});
