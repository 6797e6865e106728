import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How long a server may take to listen before the test is told that it does not. */
const READY_WITHIN = 10_000;
const READY = /Server is ready/;
const CLIENT_PORT = /Listening for client connections on [^\s]+:(\d+)/;

/** What a nats-server is started with. */
export type NatsServerOptions = {
	/** More arguments, such as `["--user", "u", "--pass", "p"]`. */
	readonly args?: readonly string[];
	/** 0, the default, takes a free one. */
	readonly port?: number;
};

/** A real nats-server on loopback. Disposing kills it, also when it is paused. */
export interface NatsServer extends AsyncDisposable {
	readonly url: string;
	/** The same after `restart`. */
	readonly port: number;
	readonly pid: number;
	/** Kills it; done when the process is gone. */
	stop(): Promise<void>;
	/** Kills it without waiting, at the end of this process. */
	destroy(): void;
	/** Freezes it (SIGSTOP). */
	pause(): void;
	/** Lets it go on (SIGCONT). */
	resume(): void;
	/** Starts it again on the same port. */
	restart(): Promise<void>;
}

/** Starts a nats-server and waits until it takes connections; throws where it does not. */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
	const dir = await mkdtemp(join(tmpdir(), "millrace-nats-"));
	const clean = () => rm(dir, { recursive: true, force: true });
	const start = (port: number) => launch(dir, port, options.args ?? []);
	let running = await start(options.port ?? 0).catch(async (error: unknown) => {
		await clean();
		throw error;
	});
	const { port } = running;
	return {
		url: `nats://127.0.0.1:${port}`,
		port,
		get pid() {
			return running.pid;
		},
		stop: () => kill(running.child),
		destroy: () => void running.child.kill("SIGKILL"),
		pause: () => void running.child.kill("SIGSTOP"),
		resume: () => void running.child.kill("SIGCONT"),
		restart: async () => {
			await kill(running.child);
			running = await start(port);
		},
		[Symbol.asyncDispose]: async () => {
			await kill(running.child);
			await clean();
		},
	};
}

/** Tells the port a bound listener has just been given, free again when this returns. */
export async function freePort(): Promise<number> {
	const server = await startNatsServer();
	await server[Symbol.asyncDispose]();
	return server.port;
}

async function launch(dir: string, port: number, args: readonly string[]) {
	// nats-server takes -1 for "any free port".
	const child = spawn("nats-server", ["-a", "127.0.0.1", "-p", `${port === 0 ? -1 : port}`, ...args], {
		cwd: dir,
		stdio: ["ignore", "ignore", "pipe"],
	});
	try {
		const bound = await readiness(child);
		await accepts(bound);
		return { child, port: bound, pid: child.pid ?? 0 };
	} catch (error) {
		await kill(child);
		throw error;
	}
}

async function readiness(child: ChildProcess): Promise<number> {
	let log = "";
	return await new Promise<number>((resolve, reject) => {
		const fail = (why: string) => reject(new Error(`nats-server ${why}: ${log.slice(-2_000)}`));
		const timer = setTimeout(() => fail("did not get ready"), READY_WITHIN);
		child.once("error", (error) => fail(error.message));
		child.once("exit", () => fail("ended"));
		child.stderr?.on("data", (text: Buffer) => {
			log += text.toString();
			const port = CLIENT_PORT.exec(log)?.[1];
			if (!READY.test(log) || port === undefined) return;
			clearTimeout(timer);
			// Read on, or the server blocks on a full pipe; kept no longer.
			child.stderr?.removeAllListeners("data").resume();
			resolve(Number(port));
		});
		child.once("close", () => clearTimeout(timer));
	});
}

async function accepts(port: number): Promise<void> {
	const socket = connect(port, "127.0.0.1");
	await once(socket, "connect");
	socket.destroy();
}

async function kill(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
	const ended = once(child, "exit");
	child.kill("SIGKILL");
	await ended;
}
