import { createServer, type Socket } from "node:net";
import type { Clock, Millis } from "#shared/base/clock";
import { ConnectionLimits, descriptorOf, listen } from "#shared/net/socket";
import { MessageBudget, OVER_BUDGET } from "#shared/rtmp/chunk";
import { type ConnectionHandler, RtmpConnection } from "./connection.ts";

/** A connection that plays or publishes is asked for a sign of life this often; a dead peer's socket fails then. */
const PING_MS = 30_000;

/** Connections that wait while a service opens its doors, some milliseconds after its ports; a wave of viewers fits. */
const MAX_EARLY = 1024;

export type RtmpListenerOptions = {
	host: string;
	/** 0 takes a free one. */
	port: number;
	clock: Clock;
	limits: { connections: number; connectionsPerAddress: number; handshakeMs: Millis; connectMs: Millis };
	/** Unfinished messages of all connections together, in bytes; left out: what a process may hold. */
	unfinishedBytes?: number;
	onRefused(reason: string, address: string): void;
};

/** An open RTMP door. Disposing closes it and every connection. */
export interface RtmpListener extends AsyncDisposable {
	readonly port: number;
	/** Open connections. */
	readonly connections: number;
	/** Begins to let connections in, also those that came before. */
	open(accept: (connection: RtmpConnection) => ConnectionHandler): void;
	/** Lets nobody in any more; those inside stay. */
	refuseNew(): void;
}

/** Listens for RTMP, so that the port is known before what is behind the door is made. Throws StartError where the address cannot be had. */
export async function listenRtmp(options: RtmpListenerOptions): Promise<RtmpListener> {
	const { clock, limits } = options;
	const counts = new ConnectionLimits(limits);
	const inside = new Set<RtmpConnection>();
	const budget = new MessageBudget(options.unfinishedBytes);
	let accept: ((connection: RtmpConnection) => ConnectionHandler) | undefined;
	const early: Socket[] = [];

	const admit = (socket: Socket): void => {
		const address = socket.remoteAddress ?? "unknown";
		if (!accept && early.length < MAX_EARLY) {
			socket.on("error", () => {});
			early.push(socket);
			return;
		}
		const refusal = accept ? counts.enter(address, descriptorOf(socket)) : "starting";
		if (refusal || !accept) {
			socket.on("error", () => {});
			socket.destroy();
			options.onRefused(refusal ?? "starting", address);
			return;
		}
		socket.setNoDelay(true);
		const connection = new RtmpConnection(socket);
		inside.add(connection);
		connection.session.countIn(budget.open(() => connection.close(OVER_BUDGET)));
		const stopWatching = watchProgress(connection, clock, limits);
		const handler = accept(connection);
		connection.handle({
			onEvent: (event) => handler.onEvent(event),
			onClose: (cause) => {
				stopWatching();
				inside.delete(connection);
				counts.leave(address);
				connection.session.close();
				handler.onClose(cause);
			},
		});
	};

	const server = createServer(admit);
	const port = await listen(server, {
		name: "rtmp",
		host: options.host,
		port: options.port,
		onFull: () => options.onRefused("open-files", "unknown"),
	});
	return {
		port,
		get connections() {
			return counts.total;
		},
		open(handlerOf) {
			accept = handlerOf;
			for (const socket of early.splice(0)) if (!socket.destroyed) admit(socket);
		},
		refuseNew: () => server.close(),
		async [Symbol.asyncDispose]() {
			const closed = server.listening ? new Promise((resolve) => server.close(resolve)) : undefined;
			for (const socket of early) socket.destroy();
			for (const connection of inside) connection.close({ reason: "stopped", message: "the service stops" });
			await closed;
		},
	};
}

/** Closes a connection that does not get on: no handshake in time, then neither play nor publish; pings it afterwards. */
function watchProgress(connection: RtmpConnection, clock: Clock, limits: RtmpListenerOptions["limits"]): () => void {
	let cancel = clock.after(limits.handshakeMs, () => {
		if (!connection.session.hasShakenHands) {
			connection.close({ reason: "handshake-timeout", message: `no handshake within ${limits.handshakeMs} ms` });
			return;
		}
		cancel = clock.after(Math.max(limits.connectMs - limits.handshakeMs, 0), checkBusy);
	});
	const checkBusy = (): void => {
		if (!connection.isBusy) {
			connection.close({ reason: "idle", message: `neither play nor publish within ${limits.connectMs} ms` });
			return;
		}
		connection.session.ping(Math.trunc(clock.now()));
		connection.flush();
		cancel = clock.after(PING_MS, checkBusy);
	};
	return () => cancel();
}
