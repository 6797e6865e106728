import { createServer, type Socket } from "node:net";
import type { Clock, Millis } from "#shared/base/clock";
import { ConnectionLimits, descriptorOf, listen } from "#shared/net/socket";
import { MessageBudget, OVER_BUDGET } from "#shared/rtmp/chunk";
import { type ConnectionHandler, RtmpConnection } from "./connection.ts";

/** A connection that plays or publishes is pinged this often. The socket of a dead peer then fails. */
const PING_MS = 30_000;

/** Connections that may wait for the milliseconds between the opening of the port and of the door: enough for a wave of viewers. */
const MAX_EARLY = 1024;

export type RtmpListenerOptions = {
	host: string;
	/** 0 takes a free port. */
	port: number;
	clock: Clock;
	limits: { connections: number; connectionsPerAddress: number; handshakeMs: Millis; connectMs: Millis };
	/** Bound for the unfinished messages of all connections together, in bytes. Default: `MAX_UNFINISHED_BYTES`. */
	unfinishedBytes?: number;
	onRefused(reason: string, address: string): void;
};

/** An open RTMP door. Disposing closes it and every connection. */
export interface RtmpListener extends AsyncDisposable {
	readonly port: number;
	/** Open connections. */
	readonly connections: number;
	/** Starts to accept connections, also those that came before. */
	open(accept: (connection: RtmpConnection) => ConnectionHandler): void;
	/** Accepts no further connections. Open connections stay. */
	refuseNew(): void;
}

/** Listens for RTMP before the rest of the door exists, so that the port is known to it. Throws StartError if it cannot listen at the address. */
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

/** Closes a connection that makes no progress: no handshake in time, then no play or publish in time. Later it pings the peer. */
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
