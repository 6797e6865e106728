import {
	connect,
	createInbox,
	errors,
	type NatsConnection,
	type Server,
	type Status,
	type Subscription,
} from "@nats-io/transport-node";
import type { Clock, Millis } from "#shared/base/clock";
import { ConfigError } from "#shared/base/errors";
import type { Bus, BusMessage } from "./bus.ts";
import type { ControlLog, DirectoryOptions } from "./directory.ts";
import { type LoginTls, loginOptions } from "./nats-login.ts";
import type { NatsOptions } from "./nats-options.ts";

/** Between two dials of one server, with jitter so that a cluster's nodes do not return in one instant. */
const REDIAL_AFTER: Millis = 250;
const REDIAL_JITTER: Millis = 150;
/** A server that takes the connection and says nothing is frozen; the next one is tried. */
const DIAL_TIMEOUT: Millis = 2_000;
/** Two unanswered pings end a connection that is up but dead: three seconds in all. */
const PING_EVERY: Millis = 1_000;
const MAX_PINGS_OUT = 2;
/** How long a goodbye may take to reach the server. */
const FLUSH_WITHIN: Millis = 500;

/** Nobody can listen on port 0: a dial that fails at once. See `#dialling`. */
const NOWHERE = "127.0.0.1:0";

type Listening = { readonly subject: string; readonly hear: (message: BusMessage) => void; sub?: Subscription };
type NatsBusOptions = Pick<DirectoryOptions, "clock" | "log" | "count"> & { readonly self: { readonly id: string } };

/** The bus over NATS. The client owns all dialling and redialling; what it reports becomes one line per change. */
export class NatsBus implements Bus {
	readonly inbox = createInbox();
	readonly #clock: Clock;
	readonly #log: ControlLog;
	readonly #count: DirectoryOptions["count"];
	readonly #listening = new Set<Listening>();
	/** Where NATS is, as the log names it. */
	readonly #places: string;
	#nats: NatsConnection | undefined;
	#connected = false;
	#closed = false;
	#tellState: (connected: boolean) => void = () => {};
	#dials = 0;
	#greeted = false;
	#isLastDial = false;
	/** What the present outage, or this connection, has already been blamed on in the log. */
	#said = new Set<string>();

	/** Dials in the background. Throws ConfigError where the options cannot be used. */
	constructor(nats: NatsOptions, { self, clock, log, count }: NatsBusOptions) {
		this.#clock = clock;
		this.#log = log;
		this.#count = count;
		checkServers(nats.servers);
		this.#places = nats.servers.join(", ");
		const login = loginOptions(nats);
		connect({
			...login,
			authenticator: [login.authenticator ?? [], () => this.#greet()].flat(),
			servers: [...nats.servers, NOWHERE],
			name: self.id,
			waitOnFirstConnect: true,
			maxReconnectAttempts: -1,
			// A password that is wrong now may be put right on the server.
			ignoreAuthErrorAbort: true,
			reconnectTimeWait: REDIAL_AFTER,
			reconnectJitter: REDIAL_JITTER,
			reconnectJitterTLS: REDIAL_JITTER,
			timeout: DIAL_TIMEOUT,
			pingInterval: PING_EVERY,
			maxPingOut: MAX_PINGS_OUT,
			reconnectToServer: (pool) => this.#dialling(pool, login.tls),
		}).then(
			(connection) => this.#opened(connection),
			(error: unknown) => this.#ended(error),
		);
	}

	get connected(): boolean {
		return this.#connected;
	}

	onState(listener: (connected: boolean) => void): void {
		this.#tellState = listener;
	}

	publish(subject: string, payload: Uint8Array, reply?: string): void {
		if (!this.#connected) return;
		try {
			this.#nats?.publish(subject, payload, reply === undefined ? {} : { reply });
		} catch (error) {
			this.#failed("publish", error);
		}
	}

	subscribe(subject: string, hear: (message: BusMessage) => void): () => void {
		const listening: Listening = { subject, hear };
		this.#listening.add(listening);
		this.#open(listening);
		return () => {
			this.#listening.delete(listening);
			if (!this.#nats?.isClosed()) listening.sub?.unsubscribe();
		};
	}

	async [Symbol.asyncDispose](): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		const nats = this.#nats;
		// A client that dials ends by itself: see `#dialling`.
		if (!nats || !this.#connected) return;
		await this.#within(FLUSH_WITHIN, nats.flush());
		this.#connected = false;
		await this.#within(FLUSH_WITHIN, nats.close());
	}

	#opened(connection: NatsConnection): void {
		this.#nats = connection;
		if (this.#closed) {
			this.#background(connection.close());
			return;
		}
		this.#background(this.#watch(connection));
		this.#background(connection.closed().then((error) => this.#ended(error)));
		for (const listening of this.#listening) this.#open(listening);
		this.#back(connection.getServer());
	}

	#open(listening: Listening): void {
		if (!this.#nats || this.#nats.isClosed()) return;
		listening.sub = this.#nats.subscribe(listening.subject, {
			callback: (error, message) => {
				if (error) this.#failed("subscribe", error);
				else listening.hear(plain(message.subject, message.data, message.reply));
			},
		});
	}

	async #watch(connection: NatsConnection): Promise<void> {
		for await (const status of connection.status()) this.#status(status);
	}

	#status(status: Status): void {
		if (status.type === "disconnect") this.#away();
		else if (status.type === "reconnect") this.#back(status.server);
		else if (status.type === "error") this.#failed("server", status.error);
	}

	#away(): void {
		if (!this.#connected || this.#closed) return;
		this.#connected = false;
		this.#said.clear();
		this.#count("control-connection", "away");
		this.#log.warn({}, `NATS at ${this.#places} is away; media goes on, trying again until it is back`);
		this.#tellState(false);
	}

	#back(server: string): void {
		if (this.#connected || this.#closed) return;
		this.#connected = true;
		this.#said.clear();
		this.#count("control-connection", "connected");
		this.#log.info({ server }, "connected to NATS");
		this.#tellState(true);
	}

	// Called by the client before every dial; it skips NOWHERE until the bus is closed. Then it is the last dial, because the client
	// frees the socket of a dial that hangs only with the next one, and an exception is the only end its first connect() knows.
	#dialling(pool: readonly Server[], tls: LoginTls | undefined): Server | { server: Server; delay: number } | null {
		const nowhere = pool.find(({ listen }) => listen === NOWHERE);
		if (this.#closed) {
			if (!nowhere || this.#isLastDial) throw new Error("closed");
			this.#isLastDial = true;
			return nowhere;
		}
		this.#complain();
		const server = pool.find((one) => one !== nowhere);
		if (!server) return null;
		// Without this, Node 20 checks the certificate of a server dialled by address against "localhost".
		if (tls) tls.host = server.hostname;
		return { server, delay: pool[0] === nowhere ? REDIAL_AFTER : 0 };
	}

	// The client tells nothing before its first connection stands, so its second dial is the sign that the first one failed.
	#complain(): void {
		if (this.#nats || this.#dials++ === 0) return;
		if (this.#greeted)
			this.#say("refused", `NATS at ${this.#places} answers but refuses this node: check its user, token or nkey`);
		else
			this.#say(
				"absent",
				`NATS does not answer yet at ${this.#places} (not running, or TLS does not fit); trying again`,
			);
	}

	// Asked for a login: a server is there.
	#greet(): void {
		this.#greeted = true;
	}

	#ended(error: unknown): void {
		if (this.#closed) return;
		this.#away();
		this.#failed("client", error);
	}

	#failed(what: string, error: unknown): void {
		this.#count("control-connection", "error");
		const isLogin =
			error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError;
		this.#say(
			isLogin ? "refused" : what,
			`control plane: ${error instanceof Error ? error.message : "the client ended"}`,
		);
	}

	#say(about: string, message: string): void {
		if (this.#said.has(about)) return;
		this.#said.add(about);
		this.#log.warn({ about }, message);
	}

	#background(work: Promise<void>): void {
		work.catch((error: unknown) => this.#failed("client", error));
	}

	/** Waits for `work` or for the span, whichever ends first; a failure is as good as an end here. */
	async #within(span: Millis, work: Promise<void>): Promise<void> {
		await new Promise<void>((resolve) => {
			const cancel = this.#clock.after(span, resolve);
			const done = () => {
				cancel();
				resolve();
			};
			work.then(done, done);
		});
	}
}

function checkServers(servers: readonly string[]): void {
	if (servers.length === 0) throw new ConfigError("NATS needs at least one server.");
	const wrong = servers.find((url) => !/^(nats|tls):\/\/[^\s/]+$/.test(url) || !URL.canParse(url));
	if (wrong !== undefined) throw new ConfigError(`The NATS server "${wrong}" is not of the form nats://host:port.`);
}

function plain(subject: string, payload: Uint8Array, reply: string | undefined): BusMessage {
	return reply === undefined || reply === "" ? { subject, payload } : { subject, payload, reply };
}
