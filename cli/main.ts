import { runProgram } from "./program.ts";

/** A peer that has stopped reading does not delay the end of a command. */
const FAREWELL_MS = 3_000;

process.exitCode = await runProgram(process.argv.slice(2));
setTimeout(() => process.exit(), FAREWELL_MS).unref();
