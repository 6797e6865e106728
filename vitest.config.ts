import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const project = (name: string, include: string[], more: object = {}) => ({
	ssr: { resolve: { conditions: ["source"] } },
	// What a test waits for is there within milliseconds; the limit only ends a test that waits in vain.
	test: { name, include, expect: { poll: { timeout: 15_000 } }, ...more },
});

export default defineConfig({
	test: {
		// Most of the time is spent waiting for real programs: two files at once even where there are only two cores.
		maxWorkers: Math.max(2, availableParallelism() - 1),
		projects: [
			project("unit", ["shared/**/*.test.ts", "services/**/*.test.ts", "cli/**/*.test.ts", "bench/**/*.test.ts"]),
			project("contract", ["test/contract/**/*.test.ts"], { testTimeout: 30_000 }),
			project("mesh", ["test/mesh/**/*.test.ts"], { testTimeout: 30_000 }),
			project("interop", ["test/interop/**/*.test.ts"], { testTimeout: 120_000, hookTimeout: 60_000 }),
			project("e2e", ["test/e2e/**/*.test.ts"], { testTimeout: 120_000, hookTimeout: 60_000 }),
		],
	},
});
