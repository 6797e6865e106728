import type { Access } from "#shared/access/admission";
import { type AccessRequest, agentOf, credentialsIn, queryOf, type Refusal } from "#shared/access/request";
import type { StreamKey } from "#shared/base/names";
import type { RtmpConnection } from "#shared/net/rtmp";
import { failure } from "#shared/net/socket";
import type { ServerEvent } from "#shared/rtmp/session";

/** What follows from the answer. */
export type Answered = {
	allowed(request: AccessRequest): void;
	refused(refusal: Refusal): void;
};

/** Asks for one connection whether its peer may; while an answer is awaited, nothing else the peer says is heard. */
export class Asking {
	readonly #connection: RtmpConnection;
	readonly #access: Access;
	readonly #gone = new AbortController();
	/** What the peer said with its `connect`. */
	#app = "";
	#agent = "";
	#credentials: AccessRequest["credentials"] = {};
	#node: string | undefined;

	constructor(connection: RtmpConnection, access: Access) {
		this.#connection = connection;
		this.#access = access;
	}

	/** Notes who the peer says it is; `node` is the id of a node that proved it. */
	introduce({ app, tcUrl, object }: Extract<ServerEvent, { type: "connect" }>, node: string | undefined): void {
		this.#app = app;
		this.#agent = agentOf(object["flashVer"]);
		this.#credentials = credentialsIn(tcUrl);
		this.#node = node;
	}

	/**
	 * `name` is the stream's as the peer wrote it. Exactly one of the two is called, at once where the answer is known at once;
	 * neither where the peer leaves before.
	 */
	ask(action: AccessRequest["action"], key: StreamKey, name: string, { allowed, refused }: Answered): void {
		const request = this.#request(action, key, name);
		const verdict = this.#access.ask(request, this.#gone.signal);
		if (!(verdict instanceof Promise)) {
			if (verdict.type === "allowed") allowed(request);
			else refused(verdict);
			return;
		}
		const release = this.#connection.hold();
		verdict
			.then((later) => {
				if (this.#gone.signal.aborted) return;
				if (later.type === "allowed") allowed(request);
				else refused(later);
				release();
			})
			.catch((error) => this.#connection.close(failure(error)));
	}

	/** The connection is gone. */
	drop(): void {
		this.#gone.abort();
	}

	#request(action: AccessRequest["action"], key: StreamKey, name: string): AccessRequest {
		return {
			action,
			key,
			protocol: "rtmp",
			address: this.#connection.address,
			// `rtmp://host/live/news?token=x` comes with the name, `rtmp://host/live?token=x/news` with the app.
			query: queryOf(name) || queryOf(this.#app),
			agent: this.#agent,
			credentials: this.#credentials,
			node: this.#node,
		};
	}
}
