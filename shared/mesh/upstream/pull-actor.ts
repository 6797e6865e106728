import { type EventObject, fromCallback } from "xstate";
import type { Cancel } from "#shared/base/clock";
import type { Candidate } from "./candidate.ts";
import type { PullReport } from "./server-machine.ts";

/** Starts a pull from a server and reports its events. The returned function ends it. */
export type StartPull = (server: Candidate, report: (event: PullReport) => void) => Cancel;

/** A pull as an actor: leaving the state that invoked it ends the pull. */
export const pullActor = (start: StartPull) =>
	fromCallback<EventObject, Candidate>(({ input, sendBack }) => start(input, sendBack));
