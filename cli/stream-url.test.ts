import { expect, test } from "vitest";
import { ConfigError } from "#shared/base/errors";
import { parsePlayUrl, parseRtmpUrl } from "./stream-url.ts";

test.for([
	{ text: "rtmp://127.0.0.1:1999/live/demo", host: "127.0.0.1", port: 1999, app: "live", name: "demo" },
	{ text: "rtmp://origin/live/demo", host: "origin", port: 1935, app: "live", name: "demo" },
	{ text: "rtmp://[::1]:1936/live/demo", host: "::1", port: 1936, app: "live", name: "demo" },
	{ text: "rtmp://o/live/_definst_/demo?t=1", host: "o", port: 1935, app: "live/_definst_", name: "demo?t=1" },
	{ text: "rtmp://o/live/mp4:demo.f4v", host: "o", port: 1935, app: "live", name: "mp4:demo.f4v" },
])("$text", ({ text, ...parts }) => {
	expect(parseRtmpUrl(text)).toMatchObject(parts);
});

test("the tcUrl has no stream in it", () => {
	expect(parseRtmpUrl("rtmp://[::1]:1936/live/demo").tcUrl).toBe("rtmp://[::1]:1936/live");
});

test.for(["rtmp://host/live", "rtmp://host/live/", "rtmp:///live/demo", "http://host/live/demo", "live/demo", ""])(
	"%j is no address of a stream",
	(text) => {
		expect(() => parseRtmpUrl(text)).toThrow(ConfigError);
	},
);

test("HTTP is for playing only", () => {
	expect(parsePlayUrl("http://host:8080/live/demo.flv")).toMatchObject({ scheme: "http" });
	expect(() => parsePlayUrl("ftp://host/live/demo.flv")).toThrow("expected rtmp://host:port/app/name or http://");
});
