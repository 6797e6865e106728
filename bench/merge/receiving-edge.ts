import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { StartError } from "#shared/base/errors";
import { endChild } from "../support/child.ts";
import type { Answer, Ask } from "./receiver.ts";

const READY_WITHIN_MS = 20_000;

/** An edge that can be asked to receive streams besides. Disposing ends it. */
export type ReceivingEdge = AsyncDisposable & {
	readonly pid: number;
	readonly rtmp: string;
	readonly http: string;
	/** Receives these streams besides, and no others; packets received besides until now. */
	receive(urls: readonly string[]): Promise<number>;
};

/** Starts it with these variables, `MILLRACE_` left out of their names. Throws StartError. */
export async function startReceivingEdge(settings: Readonly<Record<string, string>>): Promise<ReceivingEdge> {
	const here = fileURLToPath(import.meta.url);
	const module = fileURLToPath(new URL(`./receiver${extname(here)}`, import.meta.url));
	const own = Object.entries(settings).map(([name, value]) => [`MILLRACE_${name}`, value]);
	const others = Object.entries(process.env).filter(([name]) => !name.startsWith("MILLRACE_"));
	const child = spawn(process.execPath, [...process.execArgv, module], {
		env: { ...Object.fromEntries(others), ...Object.fromEntries(own) },
		stdio: ["ignore", "ignore", "inherit", "ipc"],
	});
	try {
		const signal = AbortSignal.timeout(READY_WITHIN_MS);
		const ready = once(child, "message", { signal }) as Promise<[{ rtmp: string; http: string }]>;
		const ended = once(child, "exit", { signal }).then(() => Promise.reject(new Error("it ended")));
		const [{ rtmp, http }] = await Promise.race([ready, ended]);
		ended.catch(() => {});
		return {
			...{ pid: child.pid ?? 0, rtmp, http },
			receive: (urls) => ask(child, { receive: urls }),
			[Symbol.asyncDispose]: () => endChild(child),
		};
	} catch (error) {
		await endChild(child);
		throw new StartError("the edge that receives a second feed did not start", { cause: error });
	}
}

async function ask(child: ChildProcess, question: Ask): Promise<number> {
	const answer = once(child, "message", { signal: AbortSignal.timeout(READY_WITHIN_MS) }) as Promise<[Answer]>;
	child.send(question);
	const [{ received }] = await answer;
	return received;
}
