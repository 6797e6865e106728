import { z } from "zod";
import type { Role } from "#shared/base/config";
import { docker } from "./compose.ts";

const inspected = z.object({
	Config: z.object({ Hostname: z.string(), Cmd: z.array(z.string()), Env: z.array(z.string()) }),
	State: z.object({ Running: z.boolean(), StartedAt: z.string(), Pid: z.number() }),
	NetworkSettings: z.object({ Networks: z.record(z.string(), z.object({ IPAddress: z.string() })) }),
});

/** What Docker tells about a container of a node. */
export type Container = {
	/** As the node calls itself. */
	readonly id: string;
	readonly role: Role;
	readonly group: string;
	readonly isRunning: boolean;
	/** As `docker logs --since` takes it. */
	readonly startedAt: string;
	/** On this machine; 0 where it does not run. */
	readonly pid: number;
	/** The network it is in, and its address there; undefined where it is in none. */
	readonly network: { readonly name: string; readonly address: string } | undefined;
};

const roleOf = z.enum(["origin", "intermediate", "edge"]);

/** Asks Docker about a node's container. */
export async function inspectContainer(container: string): Promise<Container> {
	const { Config, State, NetworkSettings } = inspected.parse(
		JSON.parse(await docker(["inspect", "--format", "{{json .}}", container])),
	);
	const role = roleOf.parse(Config.Cmd[0]);
	const variable = (name: string): string | undefined =>
		Config.Env.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
	const id = variable("MILLRACE_NODE_ID") ?? `${role}-${Config.Hostname}`;
	const [network] = Object.entries(NetworkSettings.Networks);
	return {
		id,
		role,
		group: variable("MILLRACE_NODE_GROUP") ?? id,
		isRunning: State.Running,
		startedAt: State.StartedAt,
		pid: State.Pid,
		network: network && { name: network[0], address: network[1].IPAddress },
	};
}
