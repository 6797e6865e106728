import { Command, CommanderError } from "commander";
import { ConfigError, MeshError } from "#shared/base/errors";
import { addDrain } from "./drain.ts";
import { addLab } from "./lab.ts";
import { addProbe } from "./probe.ts";
import { version } from "./project.ts";
import { addPublish } from "./publish.ts";
import { addServices } from "./service.ts";
import { addStatus } from "./status.ts";
import { note } from "./terminal.ts";

const FAILED = 1;
const WRONG_USAGE = 2;

/** Runs one command line to its end. The exit status: 0 success, 1 failure, 2 wrong usage. */
export async function runProgram(args: readonly string[]): Promise<number> {
	try {
		await createProgram().parseAsync(args, { from: "user" });
		return 0;
	} catch (error) {
		return statusOf(error);
	}
}

function createProgram(): Command {
	const program = new Command("millrace")
		.description("A self-healing mesh for live video.")
		.version(version(), "--version", "print the version")
		.helpOption("-h, --help", "show help")
		.helpCommand("help [command]", "show help for a command")
		.showSuggestionAfterError()
		.exitOverride()
		.configureOutput({ outputError: (text) => note(oneSentence(text)) });
	for (const add of [addServices, addLab, addPublish, addProbe, addStatus, addDrain]) add(program);
	return program;
}

/** Commander's message on one line, without its label. */
const oneSentence = (text: string): string =>
	text
		.replace(/^error: /, "")
		.trim()
		.replaceAll(/\s*\n\s*/g, " ");

function statusOf(error: unknown): number {
	// Commander has already printed its own errors. A request for help or the version is not an error.
	if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
	if (error instanceof MeshError) note(error.message);
	// Anything else is a mistake of this program, and its finder needs the stack.
	else note(error instanceof Error ? (error.stack ?? error.message) : String(error));
	return error instanceof ConfigError ? WRONG_USAGE : FAILED;
}
