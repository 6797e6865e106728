import { expect, test } from "vitest";
import { readConfig } from "#shared/base/config";
import { cautions } from "./cautions.ts";

const INFO = { rtmp: "rtmp://box:1935", http: "http://box:8080" };
const ENOUGH = 1_000_000;
const KEY = "cluster: {key: sixteen letters or more}";
const of = (text: string, files = ENOUGH) => cautions(readConfig("edge", { text, env: {} }), INFO, files);

test.for([
	{ text: "", messages: [] },
	{ text: `{${KEY}, rtmp: {host: 0.0.0.0, advertise: 10.1.1.5}}`, messages: [] },
	{ text: `{${KEY}, rtmp: {host: 10.1.1.5}}`, messages: [] },
	{ text: `{${KEY}, rtmp: {host: 0.0.0.0}}`, messages: [[{ announced: INFO.rtmp }, "set rtmp.advertise"]] },
	{ text: "http: {host: '::'}", messages: [[{ announced: INFO.http }, "set http.advertise"]] },
] as const)("what is announced unasked is said, and how to say another: $text", ({ text, messages }) => {
	expect(of(text)).toEqual(messages.map(([about, part]) => ({ about, message: expect.stringContaining(part) })));
});

test.for([
	{ files: 20_064, text: "", isSaid: false },
	{ files: 20_063, text: "", isSaid: true },
	{ files: 1024, text: "limits: {connections: 480}", isSaid: false },
	{ files: Number.POSITIVE_INFINITY, text: "", isSaid: false },
])("$files open files, $text: too few is said ($isSaid)", ({ files, text, isSaid }) => {
	const found = of(text, files);
	expect(found.map(({ about }) => about)).toEqual(isSaid ? [{ openFiles: files, needed: 20_064 }] : []);
});
