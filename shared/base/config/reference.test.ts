import { expect, test } from "vitest";
import type { Role } from "./config.ts";
import { keysOf } from "./keys.ts";
import { configReference } from "./reference.ts";

const ROLES: Role[] = ["origin", "intermediate", "edge"];

test.for([
	[
		"origin",
		"rtmp.port (MILLRACE_RTMP_PORT)\n    Port to listen on for RTMP. 0 takes a free port. Allowed: a port from 0 to 65535. Default: 1935. Needs a restart.\n",
	],
	["origin", "publish.graceMs (MILLRACE_PUBLISH_GRACE_MS)\n"],
	["intermediate", "upstreams (MILLRACE_UPSTREAMS)\n"],
	["edge", "nats.tls.caFile (MILLRACE_NATS_TLS_CA_FILE)\n"],
	[
		"edge",
		"Name of this node in the mesh. Allowed: 1 to 64 letters, digits, _ or -. Default: <role>-<host name>. Needs a restart.\n",
	],
	["edge", "failback (MILLRACE_FAILBACK)\n"],
	["edge", "Default: 1000. Live.\n"],
	["edge", "workers (MILLRACE_WORKERS)\n"],
] as const)("the reference of %s holds %j", ([role, text]) => {
	expect(configReference(role)).toContain(text);
});

test.for(ROLES)("every variable of %s means one key", (role) => {
	const variables = keysOf(role).map((key) => key.variable);
	expect(new Set(variables).size).toBe(variables.length);
});

test("a key of one role is not in the reference of another", () => {
	expect(configReference("origin")).not.toContain("upstreams");
	expect(configReference("edge")).not.toContain("publish.");
});
