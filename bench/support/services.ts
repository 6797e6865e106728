import { type ChildProcess, spawn } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { StartError } from "#shared/base/errors";
import { endChild } from "./child.ts";

/** A service may take this long from its start to its first word; a machine under load takes seconds. */
const READY_WITHIN_MS = 20_000;
/** As much of a service's log is kept to show why it did not start. */
const LOG_TAIL = 2_000;

/** A node of the mesh as a process of its own. Disposing ends it. */
export type Service = AsyncDisposable & { readonly pid: number; readonly rtmp: string; readonly http: string };

/** What a service is started with; everything else is the default. */
export type ServiceSettings = {
	readonly role: "origin" | "intermediate" | "edge";
	readonly id: string;
	/** URL of the nats-server. */
	readonly nats: string;
	/** Variables besides, without their prefix: `{ KEEP_MS: "0" }`. */
	readonly more?: Readonly<Record<string, string>>;
};

/** Runs a service the way this process runs, compiled or from sources, and waits until it listens. Throws StartError. */
export async function startService(settings: ServiceSettings): Promise<Service> {
	const here = fileURLToPath(import.meta.url);
	const cli = fileURLToPath(new URL(`../../cli/main${extname(here)}`, import.meta.url));
	const child = spawn(process.execPath, [...process.execArgv, cli, settings.role], {
		env: environmentOf(settings),
		stdio: ["ignore", "ignore", "pipe", "ipc"],
	});
	try {
		const { rtmp, http } = await readiness(child, settings);
		return { pid: child.pid ?? 0, rtmp, http, [Symbol.asyncDispose]: () => endChild(child) };
	} catch (error) {
		await endChild(child);
		throw error;
	}
}

/** The settings of whoever runs the bench stay out of it. */
function environmentOf({ id, nats, more = {} }: ServiceSettings): NodeJS.ProcessEnv {
	const settings = {
		NODE_ID: id,
		NATS_SERVERS: nats,
		RTMP_PORT: "0",
		HTTP_PORT: "0",
		LOG_LEVEL: "warn",
		LOG_PRETTY: "false",
		VIEWERS_DELAY_MS: "0",
		...more,
	};
	return {
		...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MILLRACE_"))),
		...Object.fromEntries(Object.entries(settings).map(([name, value]) => [`MILLRACE_${name}`, value])),
	};
}

type Ready = { event: "ready"; rtmp: string; http: string };
const isReady = (message: unknown): message is Ready =>
	typeof message === "object" && message !== null && "event" in message && message.event === "ready";

async function readiness(child: ChildProcess, { role, id }: ServiceSettings): Promise<Ready> {
	let log = "";
	child.stderr?.setEncoding("utf8").on("data", (text: string) => {
		log = (log + text).slice(-LOG_TAIL);
	});
	return await new Promise<Ready>((resolve, reject) => {
		const fail = (why: string): void => {
			clearTimeout(timer);
			reject(new StartError(`the ${role} ${id} ${why}; its log: ${log.trim() || "empty"}`));
		};
		const timer = setTimeout(() => fail(`did not listen within ${READY_WITHIN_MS} ms`), READY_WITHIN_MS);
		child.once("error", ({ message }) => fail(`did not start: ${message}`));
		child.once("exit", () => fail("ended"));
		child.on("message", (message) => {
			if (!isReady(message)) return;
			clearTimeout(timer);
			resolve(message);
		});
	});
}
