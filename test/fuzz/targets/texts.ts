import { strictEqual } from "node:assert/strict";
import { parseAddress, parseHostIni } from "#shared/base/config";
import { parseStreamKey, splitStreamKey, streamKey } from "#shared/base/names";
import { encodeToken, parseToken } from "#shared/media/splice";
import type { FuzzTarget } from "../target.ts";

const texts = ([first, ...others]: readonly [string, ...string[]]): [Buffer, ...Buffer[]] => [
	Buffer.from(first),
	...others.map((text) => Buffer.from(text)),
];

const hostIni: FuzzTarget = {
	name: "host-ini",
	seeds: texts([
		"# origins\nserver1 10.1.1.5;10.1.1.6 livestreamcast_origin\nserver2 10.1.1.7;10.1.1.7 livestreamcast_origin\n",
		"\ufeffeast rtmp://a.example:1936/live;b.example:1935\r\n  live\r\nwest origin-1 ; origin-2 live\r\n",
	]),
	words: texts([";", "\r\n", "#", "\ufeff", " ; ", "[::1]:1935", "rtmp://", "server1"]),
	run(input) {
		const text = input.toString("utf8");
		for (const line of text.split("\n")) parseAddress(line);
		parseHostIni(text);
	},
};

const keys: FuzzTarget = {
	name: "stream-key",
	seeds: texts(["live/cam", "live/_definst_\nmp4:cam.f4v?token=x", "live?x=1/\nflv:a.b-c_d~e@f=g+h"]),
	words: texts(["mp4:", ".f4v", "/", "?", "_definst_", "..", "\0", "%2f", "é"]),
	run(input) {
		const text = input.toString("utf8");
		parseStreamKey(text);
		const [app = "", name = ""] = text.split("\n");
		const key = streamKey(app, name);
		if (!key) return;
		// What a client may call a stream is a key for everybody else, too.
		strictEqual(parseStreamKey(key), key);
		const halves = splitStreamKey(key);
		strictEqual(streamKey(halves.app, halves.name), key);
	},
};

const token: FuzzTarget = {
	name: "resume-token",
	seeds: texts([encodeToken({ audio: [1, 2, 0xffffffff], video: [3, 4], skewMs: -12 })]),
	words: texts(["[]", "{}", "1e999", "null", "-", ",", "__proto__"]),
	run(input) {
		parseToken(input.toString("utf8"));
	},
};

export const textTargets: readonly FuzzTarget[] = [hostIni, keys, token];
