import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { StartError } from "#shared/base/errors";
import { root } from "../../cli/project.ts";

const run = promisify(execFile);

/** The programs in C, compiled. Disposing removes them. */
export type NativePrograms = AsyncDisposable & {
	readonly floor: string;
	readonly load: string;
	/** For files that live as long. */
	readonly folder: string;
};

/** Which core is whose. */
export const CORES = { load: 0, server: 1 } as const;

/** Compiles what the bench has in C, with the machine's own compiler. Throws StartError where something is missing. */
export async function compilePrograms(): Promise<NativePrograms> {
	if (process.platform !== "linux") throw new StartError("this bench reads /proc and pins processes: run it on Linux");
	if (cpus().length < 2) throw new StartError("this bench wants two cores, one of them for the server alone");
	await present("cc", "install a C compiler, such as Debian's package gcc with libc6-dev");
	await present("taskset", "install Debian's package util-linux");
	const folder = await mkdtemp(join(tmpdir(), "millrace-bench-"));
	const compiled = async (name: string): Promise<string> => {
		const program = join(folder, name);
		await run("cc", ["-O2", "-o", program, join(root(), `bench/fanout/${name}.c`)]);
		return program;
	};
	const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
	try {
		return {
			floor: await compiled("floor"),
			load: await compiled("load"),
			folder,
			[Symbol.asyncDispose]: dispose,
		};
	} catch (error) {
		await dispose();
		throw new StartError("cc does not compile bench/fanout/*.c: are the system's headers installed (libc6-dev)?", {
			cause: error,
		});
	}
}

/** Lets a process and all its threads run on one core only. Throws StartError. */
export async function pin(pid: number, core: number): Promise<void> {
	try {
		await run("taskset", ["-a", "-c", "-p", `${core}`, `${pid}`]);
	} catch (error) {
		throw new StartError(
			`process ${pid} cannot be put on core ${core}: run this where cores ${core} and more are allowed`,
			{
				cause: error,
			},
		);
	}
}

async function present(program: string, wayOut: string): Promise<void> {
	try {
		await run(program, ["--version"]);
	} catch (error) {
		throw new StartError(`${program} is missing: ${wayOut}`, { cause: error });
	}
}
