import { isNodeId } from "#shared/address";
import type { Millis } from "#shared/clock";
import type { StreamKey } from "#shared/media";
import { Announcer } from "./announcer.ts";
import type { Bus, BusMessage } from "./bus.ts";
import { checkOptions } from "./check-options.ts";
import { decode } from "./codec.ts";
import type { Directory, DirectoryChange, DirectoryOptions, DirectoryState, Holder, NodeView } from "./directory.ts";
import { Followers } from "./followers.ts";
import { Hearing } from "./hearing.ts";
import { Liveness } from "./liveness.ts";
import { type Alive, alive, gone, register, type StreamInfo } from "./messages.ts";
import { PeerTable } from "./peer-table.ts";
import { StreamTable } from "./stream-table.ts";
import { nodeIdOf, type Subjects, subjectsOf } from "./subjects.ts";

/** A directory over any bus; owns the bus and closes it. */
export class BusDirectory implements Directory {
	readonly #options: DirectoryOptions;
	readonly #bus: Bus;
	readonly #subjects: Subjects;
	readonly #peers = new PeerTable();
	readonly #streams = new StreamTable();
	readonly #listeners = new Set<(change: DirectoryChange) => void>();
	readonly #hearing: Hearing;
	readonly #announcer: Announcer;
	readonly #followers: Followers;
	readonly #liveness: Liveness;
	/** Ids already reported as used twice. */
	readonly #duplicates = new Set<string>();
	#isClosed = false;

	/** Throws ConfigError where `self` or the cluster name is not usable. */
	constructor(bus: Bus, options: DirectoryOptions) {
		checkOptions(options);
		const { self, clock, log, count } = options;
		this.#bus = bus;
		this.#options = options;
		this.#subjects = subjectsOf(options.cluster);
		this.#hearing = new Hearing(bus, options);
		this.#announcer = new Announcer(self, this.#subjects, clock, {
			publish: (subject, payload) => {
				if (!options.unseen) bus.publish(subject, payload);
			},
			refused: (stream, why) => {
				log.warn({ key: stream.key, why }, "stream not announced: others would not take it");
				if (why === "full") count("control-full", "streams");
				else count("control-discard", "own-stream");
			},
		});
		this.#followers = new Followers({
			...options,
			bus,
			hearing: this.#hearing,
			subjects: this.#subjects,
			streams: this.#streams,
			peers: this.#peers,
			emit: (change) => this.#emit(change),
		});
		this.#liveness = new Liveness(options, {
			returned: () => this.#returned(),
			sweep: (now, provenAt) => this.#sweep(now, provenAt),
			state: (state) => this.#emit({ type: "state", state }),
		});
		this.#listen();
	}

	get state(): DirectoryState {
		return this.#liveness.state;
	}

	announce(stream: StreamInfo): void {
		if (!this.#isClosed) this.#announcer.announce(stream);
	}

	withdraw(key: StreamKey, reason: string): void {
		if (!this.#isClosed) this.#announcer.withdraw(key, reason);
	}

	setDraining(draining: boolean): void {
		if (!this.#isClosed) this.#announcer.setDraining(draining);
	}

	askToDrain(nodeId: string): void {
		if (isNodeId(nodeId)) this.#bus.publish(this.#subjects.drain(nodeId), EMPTY_MAP);
	}

	setLoad(load: number): void {
		this.#announcer.setLoad(load);
	}

	nodes(): readonly NodeView[] {
		return this.#peers.all();
	}

	node(id: string): NodeView | undefined {
		return this.#peers.get(id);
	}

	streamsOf(nodeId: string): ReadonlyMap<StreamKey, StreamInfo> {
		return this.#streams.of(nodeId);
	}

	holders(key: StreamKey): readonly Holder[] {
		const found: Holder[] = [];
		for (const [id, stream] of this.#streams.holders(key)) {
			const node = this.#peers.get(id);
			if (node) found.push({ node, stream });
		}
		return found;
	}

	on(listener: (change: DirectoryChange) => void): () => void {
		// Wrapped, so that one function given twice is two listeners.
		const own = (change: DirectoryChange) => listener(change);
		this.#listeners.add(own);
		return () => this.#listeners.delete(own);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#listeners.clear();
		this.#liveness.close();
		this.#announcer.close();
		this.#followers.close();
		await this.#bus[Symbol.asyncDispose]();
	}

	#listen(): void {
		const hear = this.#hearing;
		hear.on(this.#subjects.everyAlive, (message) => this.#alive(decode(alive, message.payload), message));
		hear.on(this.#subjects.everyGone, (message) => this.#gone(message));
		hear.on(`${this.#bus.inbox}.>`, (message) => {
			const [id = "", ticket] = message.subject.slice(this.#bus.inbox.length + 1).split(".");
			if (ticket !== undefined) this.#followers.reply(id, ticket, message.payload);
			// Without another node on the bus, the server itself answers `discover` with nothing.
			else if (message.payload.length > 0) this.#alive(decode(alive, message.payload));
		});
		if (!this.#options.unseen) this.#answerOthers();
		this.#bus.onState((connected) => this.#liveness.connected(connected));
	}

	#answerOthers(): void {
		const { id } = this.#options.self;
		this.#hearing.on(this.#subjects.discover, ({ reply }) => this.#answer(reply, [this.#announcer.alive()]));
		this.#hearing.on(this.#subjects.register(id), ({ payload, reply }) => {
			decode(register, payload);
			this.#answer(reply, this.#announcer.pages());
		});
		this.#hearing.on(this.#subjects.drain(id), () => this.#options.onDrain?.());
	}

	#answer(reply: string | undefined, payloads: readonly Uint8Array[]): void {
		if (reply === undefined || this.#isClosed) return;
		for (const payload of payloads) this.#bus.publish(reply, payload);
	}

	#returned(): void {
		const now = this.#options.clock.now();
		this.#peers.forgive(now);
		this.#followers.resume();
		this.#announcer.sayAlive();
		this.#bus.publish(this.#subjects.discover, EMPTY_MAP, `${this.#bus.inbox}.discover`);
	}

	#alive(message: Alive, from?: BusMessage): void {
		const { node } = message;
		if (from) this.#hearing.expectSender(from.subject, node.id);
		if (node.id === this.#options.self.id) this.#self(node.incarnation);
		else this.#peer(message);
	}

	#peer(message: Alive): void {
		const { id } = message.node;
		const wasDraining = this.#peers.get(id)?.draining ?? message.draining;
		const heard = this.#peers.hear(message, this.#options.clock.now());
		if (heard === "full") this.#options.count("control-full", "nodes");
		if (heard === "duplicate") this.#duplicate(id);
		if (heard === "full" || heard === "duplicate" || heard === "former") return;
		this.#followers.alive(message, heard);
		const node = this.#peers.get(id);
		if (node && heard !== "known") this.#emit({ type: "node-alive", node });
		if (node && wasDraining !== node.draining) this.#emit({ type: "node-draining", node });
	}

	#self(incarnation: string): void {
		if (incarnation === this.#options.self.incarnation) this.#liveness.echo();
		else this.#duplicate(this.#options.self.id);
	}

	#duplicate(id: string): void {
		if (this.#duplicates.has(id)) return;
		this.#duplicates.add(id);
		this.#options.count("control-duplicate-id");
		this.#options.log.warn({ node: id }, "two running nodes use one node id: give each its own");
	}

	#gone({ subject, payload }: BusMessage): void {
		const id = nodeIdOf(subject) ?? "";
		const { incarnation } = decode(gone, payload);
		if (this.#peers.get(id)?.info.incarnation === incarnation) this.#remove(id, "left");
	}

	#remove(id: string, reason: "left" | "forgotten"): void {
		this.#followers.gone(id, reason);
		const node = this.#peers.remove(id);
		if (node) this.#emit({ type: "node-gone", node, reason });
	}

	#sweep(now: Millis, provenAt: Millis): void {
		const { suspects, lost } = this.#peers.sweep(now, provenAt);
		for (const node of suspects) this.#emit({ type: "node-suspect", node });
		for (const { info } of lost) this.#remove(info.id, "forgotten");
	}

	#emit(change: DirectoryChange): void {
		for (const listener of [...this.#listeners]) this.#hearing.guard("a listener", () => listener(change));
	}
}

/** `discover` asks nothing in particular. */
const EMPTY_MAP = Uint8Array.of(0x80);
