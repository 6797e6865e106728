import type { Cancel, Millis } from "#shared/base/clock";
import type { DirectoryOptions, DirectoryState } from "./directory.ts";

/**
 * This node hears its own signs of life. If they do not come back, the control plane (or this process) was frozen, not the other
 * nodes. The span is two and a half signs of life, because one may be late on a busy machine.
 */
const SILENT_AFTER: Millis = 2_500;
const CHECK_EVERY: Millis = 250;

/** Actions when the control plane is live or not. */
export type LivenessPort = {
	/** The control plane is live, for the first time or again. */
	readonly returned: () => void;
	/** Time to look for silent nodes. The control plane surely passed messages at `provenAt`. */
	readonly sweep: (now: Millis, provenAt: Millis) => void;
	readonly state: (state: DirectoryState) => void;
};

/** Whether the control plane itself works: connected, and passing messages. */
export class Liveness {
	readonly #options: Pick<DirectoryOptions, "clock" | "log" | "count">;
	readonly #port: LivenessPort;
	#state: DirectoryState = "connecting";
	#connected = false;
	/** When this node last heard itself on this connection; undefined before that, or if permissions forbid it. */
	#echoAt: Millis | undefined;
	#timer: Cancel;

	constructor(options: Pick<DirectoryOptions, "clock" | "log" | "count">, port: LivenessPort) {
		this.#options = options;
		this.#port = port;
		this.#timer = options.clock.after(CHECK_EVERY, () => this.#check());
	}

	get state(): DirectoryState {
		return this.#state;
	}

	/** The connection came or went. */
	connected(connected: boolean): void {
		this.#connected = connected;
		this.#echoAt = undefined;
		if (connected) this.#return();
		else if (this.#state === "live") this.#set("stale");
	}

	/** This node heard its own sign of life. */
	echo(): void {
		if (!this.#connected) return;
		this.#echoAt = this.#options.clock.now();
		if (this.#state === "stale") {
			this.#options.log.info({}, "control plane passes messages again");
			this.#return();
		}
	}

	/** Ends the checks. */
	close(): void {
		this.#timer();
		this.#connected = false;
	}

	#check(): void {
		this.#timer = this.#options.clock.after(CHECK_EVERY, () => this.#check());
		const now = this.#options.clock.now();
		const provenAt = this.#echoAt ?? now;
		if (this.#state === "live" && now - provenAt > SILENT_AFTER) {
			this.#options.count("control-connection", "silent");
			this.#options.log.warn(
				{},
				"control plane is connected but passes no messages: the known nodes and streams are kept",
			);
			this.#set("stale");
		}
		if (this.#state === "live") this.#port.sweep(now, provenAt);
	}

	#return(): void {
		this.#port.returned();
		this.#set("live");
	}

	#set(state: DirectoryState): void {
		if (state === this.#state) return;
		this.#state = state;
		this.#port.state(state);
	}
}
