import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { LabNode } from "../../cli/lab/lab-node.ts";
import { root } from "../../cli/project.ts";
import { compiled } from "./compiled.ts";
import { TempFolder } from "./temp-folder.ts";

const ROOT = root();

/** What a lab tells with `--json`; an exit has what the process ended with. */
export type LabEvent =
	| { event: "ready"; nats: string; natsPid: number; nodes: LabNode[]; logs: string }
	| { event: "playing" | "not-playing"; url: string }
	| { event: "exit"; id: string; pid: number; code: number | null; signal: NodeJS.Signals | null }
	| { event: "restart"; id: string; pid: number }
	| { event: "over"; logs: string };

/** One `millrace` that ended. */
export type Finished = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

/** Starts `millrace`; it ends with this process at the latest where it watches its channel. */
function startMillrace(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
	return spawn(process.execPath, [compiled("cli/main.ts"), ...args], {
		cwd: ROOT,
		env: { ...process.env, ...env },
		stdio: ["ignore", "pipe", "pipe", "ipc"],
	});
}

/** Runs `millrace` to its end. */
export async function millrace(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
	const child = startMillrace(args, env);
	const output = { stdout: "", stderr: "" };
	child.stdout?.on("data", (bytes: Buffer) => {
		output.stdout += bytes.toString();
	});
	child.stderr?.on("data", (bytes: Buffer) => {
		output.stderr += bytes.toString();
	});
	const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
	return { code, signal, ...output };
}

/** A running lab, ready. Disposing stops it and everything it started. */
export interface Lab extends AsyncDisposable {
	readonly pid: number;
	readonly nats: string;
	readonly natsPid: number;
	/** As they were when the lab got ready: a restart changes the pid, see `event`. */
	readonly nodes: readonly LabNode[];
	/** Everything it has told so far. */
	readonly events: readonly LabEvent[];
	/** The node of this id. */
	node(id: string): LabNode;
	/** The first event that is so, past or to come; rejects where the lab ends before. */
	event<E extends LabEvent>(isIt: (event: LabEvent) => event is E): Promise<E>;
	/** Ends it by a signal, SIGTERM unless said otherwise; how it ended. */
	stop(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Whether an event is of this kind, and about this process where one is named. */
export const isEvent =
	<K extends LabEvent["event"]>(kind: K, id?: string) =>
	(event: LabEvent): event is Extract<LabEvent, { event: K }> =>
		event.event === kind && (id === undefined || ("id" in event && event.id === id));

/** Starts `millrace lab` with these arguments, its logs in a folder that goes with it, and waits until all nodes listen; throws what it said where it does not get there. */
export async function startLab(args: readonly string[] = []): Promise<Lab> {
	const state = new TempFolder();
	const child = startMillrace(["lab", "--json", ...args], { XDG_STATE_HOME: state.path });
	const events: LabEvent[] = [];
	const waiting = new Set<() => void>();
	let stderr = "";
	child.stderr?.on("data", (bytes: Buffer) => {
		stderr = (stderr + bytes.toString()).slice(-4_000);
	});
	const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
	if (!child.stdout) throw new Error("the lab has no stdout");
	createInterface({ input: child.stdout }).on("line", (line) => {
		events.push(JSON.parse(line) as LabEvent);
		for (const look of [...waiting]) look();
	});

	const event = <E extends LabEvent>(isIt: (event: LabEvent) => event is E): Promise<E> =>
		new Promise((resolve, reject) => {
			const look = (): void => {
				const found = events.find(isIt);
				if (!found) return;
				waiting.delete(look);
				resolve(found);
			};
			waiting.add(look);
			look();
			void ended.then(() => reject(new Error(`the lab ended: ${stderr}`)));
		});
	const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
		child.kill(signal);
		const [code, by] = await ended;
		return { code, signal: by };
	};

	const { nats, natsPid, nodes } = await event(isEvent("ready")).catch((error: unknown) => {
		state[Symbol.dispose]();
		throw error;
	});
	return {
		pid: child.pid ?? 0,
		nats,
		natsPid,
		nodes,
		events,
		node: (id) => {
			const found = nodes.find((node) => node.id === id);
			if (!found) throw new Error(`there is no ${id} in this lab`);
			return found;
		},
		event,
		stop,
		[Symbol.asyncDispose]: async () => {
			await stop();
			state[Symbol.dispose]();
		},
	};
}
