import { expect, test } from "vitest";
import { mergeMetrics } from "./merge-metrics.ts";

const textOf = (node: string, value: number) => `# HELP readers Readers of all streams.
# TYPE readers gauge
readers{node="${node}"} ${value}

# HELP gap_seconds Wall time.
# TYPE gap_seconds histogram
gap_seconds_bucket{le="1",node="${node}"} ${value}
gap_seconds_sum{node="${node}"} ${value}
`;

test("each family stands once, with the series of all", () => {
	const alone = `# HELP restarts Restarts.
# TYPE restarts counter
restarts{node="e"} 3
`;
	expect(mergeMetrics([textOf("e-w1", 1), textOf("e-w2", 2), alone])).toBe(`# HELP readers Readers of all streams.
# TYPE readers gauge
readers{node="e-w1"} 1
readers{node="e-w2"} 2

# HELP gap_seconds Wall time.
# TYPE gap_seconds histogram
gap_seconds_bucket{le="1",node="e-w1"} 1
gap_seconds_sum{node="e-w1"} 1
gap_seconds_bucket{le="1",node="e-w2"} 2
gap_seconds_sum{node="e-w2"} 2

# HELP restarts Restarts.
# TYPE restarts counter
restarts{node="e"} 3
`);
});

test("one text stays as it is", () => {
	expect(mergeMetrics([textOf("e", 1)])).toBe(textOf("e", 1));
});
