import { type Access, statusOf } from "#shared/access/admission";
import type { AccessRequest, Refusal } from "#shared/access/request";
import { readerNumbers, type SessionNumbers, type SessionOwner } from "#shared/access/sessions";
import type { Reader } from "#shared/media/stream";
import type { Lease, StreamSource } from "#shared/mesh/catalog";
import { endSoon, type Socket } from "#shared/net/socket";

/** Why a viewer is not served: the word under which it is counted, the status of the answer and its sentence. */
export type ViewerRefusal = {
	readonly type: "refused";
	readonly outcome: "not-found" | Refusal["reason"];
	readonly code: number;
	readonly why: string;
};

type Behind = { readonly access: Access; readonly source: StreamSource };

/** Why nothing follows: the stream is `over`, this node is `leaving`, or somebody here `ended` the session. */
export type Ending = "over" | "leaving" | "ended";

/** The bytes that tell a viewer so; empty where its protocol has no words for it. */
export type Farewell = (ending: Ending, why: string) => Uint8Array;

/** A viewer whose HTTP connection plays one stream to the end. Its session lasts as long as the connection. */
export class HttpViewer implements SessionOwner {
	/** What it reads, once it does; whoever joined a hub for it puts it here. */
	reader: Pick<Reader, "stats" | "leave"> | undefined;
	readonly #socket: Socket;
	readonly #farewell: Farewell;
	readonly #gone = new AbortController();
	#endedBefore: string | undefined;

	constructor(socket: Socket, farewell: Farewell) {
		this.#socket = socket;
		this.#farewell = farewell;
		if (socket.destroyed) this.#gone.abort();
		else socket.once("close", () => this.#gone.abort());
	}

	/** Aborts when its connection is closed, and where its session is ended before it reads. */
	get gone(): AbortSignal {
		return this.#gone.signal;
	}

	/** Whether it may play, and the stream once media can flow: release the lease when it is gone. Never throws. */
	async enter(
		request: AccessRequest,
		{ access, source }: Behind,
	): Promise<{ readonly type: "lease"; readonly lease: Lease } | ViewerRefusal> {
		const admitted = await access.enter(request, this.gone, this);
		if (admitted.type === "refused") return refused(admitted.reason, statusOf(admitted), admitted.message);
		const lease = await source.open(request.key, { connection: this.#socket, signal: this.gone });
		if (lease && !this.gone.aborted) return { type: "lease", lease };
		lease?.release();
		admitted.session.close();
		if (this.#endedBefore !== undefined) return refused("denied", 403, this.#endedBefore);
		return refused("not-found", 404, `there is no stream ${request.key}`);
	}

	/** Why it may not know whether there is such a stream, or that there is none; nothing where it may, and there is. */
	async mayKnow(request: AccessRequest, { access, source }: Behind): Promise<ViewerRefusal | undefined> {
		const verdict = await access.ask(request, this.gone);
		if (verdict.type === "refused") return refused(verdict.reason, statusOf(verdict), verdict.message);
		const isKnown = await source.knows(request.key, { connection: this.#socket, signal: this.gone });
		return isKnown ? undefined : refused("not-found", 404, `there is no stream ${request.key}`);
	}

	numbers(): SessionNumbers {
		return readerNumbers(this.reader);
	}

	end(reason: string): void {
		if (this.reader) {
			this.finish("ended", reason);
			return;
		}
		this.#endedBefore = reason;
		this.#gone.abort();
	}

	/** Says why nothing follows what it was sent, and ends its connection. */
	finish(ending: Ending, why: string): void {
		this.close(this.#farewell(ending, why), why);
	}

	/** The same with other last bytes. */
	close(last: Uint8Array, why: string): void {
		this.reader?.leave();
		if (last.length > 0 && this.#socket.writable) this.#socket.write(last);
		endSoon(this.#socket, why);
	}
}

const refused = (outcome: ViewerRefusal["outcome"], code: number, why: string): ViewerRefusal => ({
	type: "refused",
	outcome,
	code,
	why,
});
