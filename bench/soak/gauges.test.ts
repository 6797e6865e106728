import { expect, test } from "vitest";
import { parseGauges } from "./gauges.ts";

/** As the text format's own document writes samples: help and type above, labels in braces, floats in any form. */
const PAGE = `# HELP millrace_nodejs_heap_size_used_bytes Process heap size used from Node.js in bytes.
# TYPE millrace_nodejs_heap_size_used_bytes gauge
millrace_nodejs_heap_size_used_bytes{node="edge1",role="edge"} 25165824
millrace_nodejs_external_memory_bytes{node="edge1",role="edge"} 1.1e+7
millrace_process_resident_memory_bytes{node="edge1",role="edge"} 164000000
millrace_nodejs_active_resources{type="TTYWrap",node="edge1",role="edge"} 1
millrace_nodejs_active_resources{type="TCPSocketWrap",node="edge1",role="edge"} 11
millrace_nodejs_active_resources{type="Timeout",node="edge1",role="edge"} 15
millrace_nodejs_active_resources_total{node="edge1",role="edge"} 29
millrace_streams_offered{node="edge1",role="edge"} 6
millrace_streams{node="edge1",role="edge"} 3
millrace_upstreams_live{node="edge1",role="edge"} 6
millrace_upstream_actors{node="edge1",role="edge"} 9
`;

test("a page of metrics", () => {
	expect(parseGauges(PAGE)).toEqual({
		...{ heap: 25_165_824, external: 11_000_000, rss: 164_000_000 },
		...{ sockets: 11, timers: 15, streams: 3, actors: 9, live: 6 },
	});
});

test("what is not there is 0: an origin pulls nothing", () => {
	expect(parseGauges("")).toMatchObject({ sockets: 0, streams: 0, actors: 0, live: 0 });
});
