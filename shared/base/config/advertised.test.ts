import { hostname } from "node:os";
import { expect, test } from "vitest";
import { advertisedUrl, parseAdvertise } from "./advertised.ts";

test.for([
	["media.example.org", { host: "media.example.org" }],
	["10.1.1.5:1936", { host: "10.1.1.5", port: 1936 }],
	["rtmp://10.1.1.5/", { host: "10.1.1.5" }],
	["rtmp://[::1]:1936", { host: "::1", port: 1936 }],
	["rtmp://h/live", undefined],
	["http://h", undefined],
	["h:0", undefined],
	["h:99999", undefined],
	["a b", undefined],
	["rtmp://[", undefined],
	["rtmps://h", undefined],
	["0.0.0.0", undefined],
	["[::]:1936", undefined],
	["", undefined],
] as const)("reads %s", ([text, place]) => {
	expect(parseAdvertise(text, "rtmp")).toEqual(place);
});

test.for([
	{ section: { host: "127.0.0.1" }, url: "rtmp://127.0.0.1:5000" },
	{ section: { host: "::1" }, url: "rtmp://[::1]:5000" },
	{ section: { host: "0.0.0.0" }, url: `rtmp://${hostname()}:5000` },
	{ section: { host: "::" }, url: `rtmp://${hostname()}:5000` },
	{ section: { host: "0.0.0.0", advertise: { host: "a.example" } }, url: "rtmp://a.example:5000" },
	{ section: { host: "0.0.0.0", advertise: { host: "::2", port: 1936 } }, url: "rtmp://[::2]:1936" },
])("announces $url", ({ section, url }) => {
	expect(advertisedUrl("rtmp", section, 5000)).toBe(url);
});
