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
	["edge", "Default: 10000. Live.\n"],
	["edge", "Default: 1000. Live, for new pulls.\n"],
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

test("a live key says what a change of it reaches", () => {
	const live = (["origin", "edge"] as const).flatMap((role) => keysOf(role).map(({ path, note }) => [path, note.live]));
	const reached = (what: unknown) => [...new Set(live.filter(([, one]) => one === what).map(([path]) => path))];
	expect(reached("connections")).toEqual(["limits.handshakeMs", "limits.connectMs"]);
	expect(reached("plays")).toEqual(["limits.readerBytes", "limits.evictMs", "viewers.delayMs", "apps"]);
	expect(reached("pulls")).toEqual(["idleMs"]);
	expect(reached("streams")).toEqual([
		...[
			"limits.historyBytes",
			"segments.partMs",
			"segments.windowSegments",
			"segments.windowBytes",
			"segments.lingerMs",
		],
		...["publish.idleMs", "publish.silentMs", "publish.graceMs"],
		...["keepMs", "lingerMs", "standby", "failback", "holdMs"],
	]);
	expect(reached(true)).toEqual([
		...["log.level", "limits.connections", "limits.connectionsPerAddress", "limits.streams", "drainMs", "waitMs"],
	]);
});
