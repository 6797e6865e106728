import type { Clock } from "#shared/base/clock";
import type { Bus, BusMessage } from "./bus.ts";
import { BusDirectory } from "./bus-directory.ts";
import type { Directory, DirectoryOptions } from "./directory.ts";

type Listener = { readonly pattern: RegExp; readonly port: MemoryPort; readonly hear: (message: BusMessage) => void };

/** A control plane inside one process, for tests. Messages of one directory reach the others in the clock's next turn. */
export class MemoryBus {
	readonly #clock: Clock;
	readonly #listeners = new Set<Listener>();
	readonly #ports = new Set<MemoryPort>();
	#up = true;
	#passes = true;
	#inboxes = 0;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** Takes the control plane away from all directories, like a NATS server that dies. */
	goDown(): void {
		this.#setUp(false);
	}

	/** Brings it back. */
	comeBack(): void {
		this.#setUp(true);
	}

	/** Loses every message from now on while all stay connected, like a NATS server that is stopped by SIGSTOP. */
	freeze(): void {
		this.#passes = false;
	}

	/** Passes messages again. */
	thaw(): void {
		this.#passes = true;
	}

	/** Sends raw bytes to all listeners. With this a test plays a broken peer. */
	inject(subject: string, payload: Uint8Array): void {
		this.deliver(subject, payload);
	}

	/** Opens the connection of one directory. The caller closes it. */
	open(): Bus {
		const port = new MemoryPort(this, ++this.#inboxes);
		this.#ports.add(port);
		this.#clock.soon(() => port.tell(this.#up));
		return port;
	}

	/** @internal */
	deliver(subject: string, payload: Uint8Array, reply?: string): void {
		if (!this.#up || !this.#passes) return;
		for (const { pattern, port, hear } of [...this.#listeners]) {
			if (!pattern.test(subject)) continue;
			this.#clock.soon(() => {
				if (port.connected) hear(reply === undefined ? { subject, payload } : { subject, payload, reply });
			});
		}
	}

	/** @internal */
	listen(listener: Listener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** @internal */
	close(port: MemoryPort): void {
		this.#ports.delete(port);
		for (const listener of [...this.#listeners]) if (listener.port === port) this.#listeners.delete(listener);
	}

	#setUp(up: boolean): void {
		this.#up = up;
		for (const port of [...this.#ports]) port.tell(up);
	}
}

class MemoryPort implements Bus {
	readonly inbox: string;
	readonly #bus: MemoryBus;
	#connected = false;
	#closed = false;
	#onState: ((connected: boolean) => void) | undefined;

	constructor(bus: MemoryBus, number: number) {
		this.#bus = bus;
		this.inbox = `_INBOX.${number}`;
	}

	get connected(): boolean {
		return this.#connected;
	}

	onState(listener: (connected: boolean) => void): void {
		this.#onState = listener;
	}

	tell(up: boolean): void {
		if (this.#closed || this.#connected === up) return;
		this.#connected = up;
		this.#onState?.(up);
	}

	publish(subject: string, payload: Uint8Array, reply?: string): void {
		if (this.#connected) this.#bus.deliver(subject, payload, reply);
	}

	subscribe(subject: string, hear: (message: BusMessage) => void): () => void {
		return this.#bus.listen({ pattern: subjectPattern(subject), port: this, hear });
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#closed = true;
		this.#connected = false;
		this.#bus.close(this);
	}
}

/** NATS wildcards: `*` is one token, a final `>` is one or more. */
function subjectPattern(subject: string): RegExp {
	const tokens = subject.split(".").map((token) => (token === "*" ? "[^.]+" : token === ">" ? ".+" : token));
	return new RegExp(`^${tokens.join("\\.")}$`);
}

/** A directory over a bus inside this process. It behaves as over NATS. */
export function openMemoryDirectory(bus: MemoryBus, options: DirectoryOptions): Directory {
	return new BusDirectory(bus.open(), options);
}
