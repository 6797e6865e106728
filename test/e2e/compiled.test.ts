import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const dist = fileURLToPath(new URL("../../dist", import.meta.url));

// The compiler leaves an `import("./x.ts")` as it is inside a function with `await using` (TypeScript 6.0).
test("compiled files import compiled files", () => {
	const files = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
	const wrong = files.filter((name) => /\bimport\("\.[^"]*\.ts"\)/.test(readFileSync(join(dist, name), "utf8")));
	expect(files.length).toBeGreaterThan(100);
	expect(wrong).toEqual([]);
});
