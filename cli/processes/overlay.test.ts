import { expect, test } from "vitest";
import { ConfigError } from "#shared/base/errors";
import { merge, parseOverlay, readOverlay } from "./overlay.ts";

const names = ["all", "edge", "edge1"];

test("has a part for each name, none where nothing stands below it", () => {
	const overlay = parseOverlay("all: {idleMs: 500}\nedge1:\n", "o.yaml", names);
	expect([...overlay]).toEqual([
		["all", { idleMs: 500 }],
		["edge1", {}],
	]);
});

test("an empty file is an empty overlay", () => {
	expect(parseOverlay("", "o.yaml", names).size).toBe(0);
});

test.for([
	{ text: "edge9: {idleMs: 500}", sentence: "o.yaml: edge9 is not one of all, edge, edge1" },
	{ text: "all: 5", sentence: "o.yaml: all: expected keys and values below it" },
	{ text: "- all", sentence: 'o.yaml: expected keys such as "all: {idleMs: 500}"' },
	{ text: "all: {", sentence: "o.yaml: " },
])("$text is told about", ({ text, sentence }) => {
	expect(() => parseOverlay(text, "o.yaml", names)).toThrow(ConfigError);
	expect(() => parseOverlay(text, "o.yaml", names)).toThrow(sentence);
});

test("a missing file is told about", () => {
	expect(() => readOverlay("/nowhere/o.yaml", names)).toThrow("/nowhere/o.yaml: this overlay cannot be read");
});

test("merging changes neither side, and takes a key for a key whatever its name", () => {
	const below = { a: { b: 1 } };
	const above = JSON.parse('{"a": {"c": 2}, "__proto__": {"d": 3}, "constructor": {"e": 4}}');
	expect(merge(below, above)).toMatchObject({ a: { b: 1, c: 2 }, constructor: { e: 4 } });
	expect(below).toEqual({ a: { b: 1 } });
	expect(Object.prototype).not.toHaveProperty("d");
});
