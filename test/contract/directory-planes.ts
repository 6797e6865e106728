import { connect } from "@nats-io/transport-node";
import { systemClock } from "#shared/base/clock";
import { MemoryBus, type NatsOptions, type NodeInfo, newIncarnation } from "#shared/mesh/control";
import type { Bus } from "../../shared/mesh/control/bus.ts";
import { BusDirectory } from "../../shared/mesh/control/bus-directory.ts";
import { NatsBus } from "../../shared/mesh/control/nats-bus.ts";
import { type NatsServer, type NatsServerOptions, startNatsServer } from "../support/nats-server.ts";
import type { Member, MemberOptions, Plane } from "./directory.ts";

const nodeInfo = (id: string, more: Partial<NodeInfo>): NodeInfo => ({
	id,
	role: "origin",
	group: "server1",
	rank: "primary",
	rtmp: "rtmp://127.0.0.1:1935",
	http: "http://127.0.0.1:8080",
	incarnation: newIncarnation(),
	version: "0.1.0",
	...more,
});

type OpenBus = (options: ConstructorParameters<typeof NatsBus>[1]) => Bus;

function join(
	openBus: OpenBus,
	id: string,
	{ follow = () => true, unseen = false, load = () => 0, ...more }: MemberOptions,
): Member {
	const counted: string[] = [];
	const warned: string[] = [];
	const options = {
		cluster: "test",
		self: nodeInfo(id, more),
		follow,
		unseen,
		load,
		clock: systemClock,
		log: { info: () => {}, warn: (_fields: object, message: string) => void warned.push(message) },
		count: (event: string, reason?: string) => void counted.push(reason === undefined ? event : `${event}:${reason}`),
	};
	const bus = openBus(options);
	const directory = new BusDirectory(bus, options);
	const changes: Member["changes"] = [];
	directory.on((change) => changes.push(change));
	return { directory, info: options.self, changes, counted, warned, crash: async () => bus[Symbol.asyncDispose]() };
}

async function closeAll(members: readonly Member[]): Promise<void> {
	await Promise.all(members.map(({ directory }) => directory[Symbol.asyncDispose]()));
}

/** Joins one node to these servers; the caller disposes its directory. */
export const joinNats = (nats: NatsOptions, id: string, options: MemberOptions = {}): Member =>
	join((own) => new NatsBus(nats, own), id, options);

/** A plane inside this process. */
export async function memoryPlane(): Promise<Plane> {
	const bus = new MemoryBus(systemClock);
	const members: Member[] = [];
	return {
		open(id, options = {}) {
			const member = join(() => bus.open(), id, options);
			members.push(member);
			return member;
		},
		inject: async (subject, payload) => bus.inject(subject, payload),
		[Symbol.asyncDispose]: () => closeAll(members),
	};
}

/** A plane over a real server that the test can harm. */
export interface NatsPlane extends Plane {
	readonly server: NatsServer;
}

/** Starts a server and joins members to it with this login. */
export async function natsPlane(
	login: Omit<NatsOptions, "servers"> = {},
	serverOptions: NatsServerOptions = {},
): Promise<NatsPlane> {
	const server = await startNatsServer(serverOptions);
	const members: Member[] = [];
	const nats: NatsOptions = { ...login, servers: [server.url] };
	return {
		server,
		open(id, options = {}) {
			const member = joinNats(nats, id, options);
			members.push(member);
			return member;
		},
		async inject(subject, payload) {
			await using connection = await connect({ servers: [server.url] });
			connection.publish(subject, payload);
			await connection.flush();
		},
		async [Symbol.asyncDispose]() {
			await closeAll(members);
			await server[Symbol.asyncDispose]();
		},
	};
}
