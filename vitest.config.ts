import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const project = (name: string, include: string[], test: object) => ({
	ssr: { resolve: { conditions: ["source"] } },
	// What a test waits for is there within milliseconds; the limit only ends a test that waits in vain.
	test: { name, include, expect: { poll: { timeout: 15_000 } }, ...test },
});

/** Tests that start our own programs start them compiled. */
const globalSetup = "test/support/compiled.ts";

// Without isolation, files that run one after another share their modules, whose import is most of the time of a short
// test; no test changes a module for good.
export default defineConfig({
	test: {
		// Most of the time is spent waiting for real programs: two files at once even where there are only two cores.
		maxWorkers: Math.max(2, availableParallelism() - 1),
		projects: [
			project("unit", ["{shared,services,cli,bench}/**/*.test.ts"], { isolate: false }),
			project("contract", ["test/contract/**/*.test.ts"], { globalSetup, isolate: false, testTimeout: 30_000 }),
			project("mesh", ["test/mesh/**/*.test.ts"], { globalSetup, isolate: false, testTimeout: 30_000 }),
			project("interop", ["test/interop/**/*.test.ts"], { globalSetup, testTimeout: 120_000, hookTimeout: 60_000 }),
			project("e2e", ["test/e2e/**/*.test.ts"], { globalSetup, testTimeout: 120_000, hookTimeout: 60_000 }),
		],
	},
});
