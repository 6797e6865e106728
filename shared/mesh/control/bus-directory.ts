import type { Millis } from "#shared/base/clock";
import { ProtocolError } from "#shared/base/errors";
import type { StreamKey } from "#shared/base/names";
import { isNodeId } from "#shared/base/names";
import type { TimelineAccount } from "#shared/media/timeline";
import { Allowance } from "./allowance.ts";
import { Announcer } from "./announcer.ts";
import type { Bus, BusMessage } from "./bus.ts";
import { checkOptions } from "./check-options.ts";
import { decode, encode } from "./codec.ts";
import type { Directory, DirectoryChange, DirectoryOptions, DirectoryState, Holder, NodeView } from "./directory.ts";
import { Followers } from "./followers.ts";
import { Hearing } from "./hearing.ts";
import { Liveness } from "./liveness.ts";
import { type Alive, alive, askTimeline, gone, type NodeReport, register, type StreamInfo } from "./messages.ts";
import { PeerTable } from "./peer-table.ts";
import { ReportAsker } from "./report-asker.ts";
import { Reporter } from "./reporter.ts";
import { StreamTable } from "./stream-table.ts";
import { nodeIdOf, type Subjects, subjectsOf } from "./subjects.ts";
import { TimelineAsker } from "./timeline-asker.ts";

/** Answers to `discover` a second. Further askers get the next sign of life, which goes to all. */
const DISCOVER_ANSWERS = 50;
/** Bytes of answers to `register` a second: a hundred children of a node with 10,000 streams. A child without an answer asks again. */
const REGISTER_BYTES = 64 * 1024 * 1024;

/** A directory over any bus. It owns the bus and closes it. */
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
	readonly #reporter: Reporter;
	readonly #reports: ReportAsker;
	readonly #timelines: TimelineAsker;
	readonly #discoverAnswers: Allowance;
	readonly #registerBytes: Allowance;
	/** Ids already reported as used twice. */
	readonly #duplicates = new Set<string>();
	#accountOf: (key: StreamKey) => TimelineAccount | undefined = () => undefined;
	#isClosed = false;

	/** Throws ConfigError if `self` or the cluster name is not usable. */
	constructor(bus: Bus, options: DirectoryOptions) {
		checkOptions(options);
		const { self, clock } = options;
		this.#discoverAnswers = new Allowance(clock, DISCOVER_ANSWERS);
		this.#registerBytes = new Allowance(clock, REGISTER_BYTES);
		this.#bus = bus;
		this.#options = options;
		this.#subjects = subjectsOf(options.cluster);
		this.#hearing = new Hearing(bus, options);
		this.#announcer = new Announcer(self, this.#subjects, clock, {
			load: options.load ?? (() => 0),
			publish: (subject, payload) => {
				if (!options.unseen) bus.publish(subject, payload);
			},
			refused: (stream, why) => {
				const message = "stream not announced: others would not take it";
				if (why === "full") this.#hearing.full("own-streams", { key: stream.key }, message);
				else this.#hearing.discard(stream.key, new ProtocolError("own-stream", message));
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
		this.#reporter = new Reporter(clock, self.incarnation);
		this.#reports = new ReportAsker(bus, clock, this.#subjects);
		this.#timelines = new TimelineAsker(bus, this.#subjects, self.id);
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

	answerTimelines(account: (key: StreamKey) => TimelineAccount | undefined): void {
		this.#accountOf = account;
	}

	askTimeline(nodeId: string, key: StreamKey, hear: (account: TimelineAccount | undefined) => void): void {
		if (!this.#isClosed && isNodeId(nodeId)) this.#timelines.ask(nodeId, key, hear);
	}

	async askForReport(nodeId: string, within: Millis): Promise<NodeReport | undefined> {
		return this.#isClosed || !isNodeId(nodeId) ? undefined : await this.#reports.ask(nodeId, within);
	}

	answerReports(report: () => NodeReport): void {
		this.#reporter.lookAt(report);
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
		this.#hearing.close();
		this.#followers.close();
		this.#reports.close();
		await this.#bus[Symbol.asyncDispose]();
	}

	#listen(): void {
		const hear = this.#hearing;
		hear.on(this.#subjects.everyAlive, (message) => this.#alive(decode(alive, message.payload), message));
		hear.on(this.#subjects.everyGone, (message) => this.#gone(message));
		const answerTo = (subject: string) => subject.slice(this.#bus.inbox.length + 1).split(".");
		hear.on(
			`${this.#bus.inbox}.>`,
			({ subject, payload }) => {
				const [id = "", ticket] = answerTo(subject);
				if (ticket !== undefined && this.#timelines.expects(ticket)) return this.#timelines.take(ticket, payload);
				if (ticket !== undefined && this.#reports.expects(ticket)) return this.#reports.take(ticket, payload);
				if (ticket !== undefined) return this.#followers.reply(id, ticket, payload);
				// Without another node on the bus, the NATS server itself answers `discover` with an empty message.
				return payload.length > 0 ? this.#alive(decode(alive, payload)) : undefined;
			},
			(subject) => answerTo(subject)[0],
		);
		if (!this.#options.unseen) this.#answerOthers();
		this.#bus.onState((connected) => this.#liveness.connected(connected));
	}

	#answerOthers(): void {
		const { id } = this.#options.self;
		this.#hearing.on(this.#subjects.discover, ({ reply }) => {
			if (this.#discoverAnswers.take(1)) this.#answer(reply, [this.#announcer.alive()]);
			else this.#announcer.saySoon();
		});
		this.#hearing.on(this.#subjects.register(id), ({ payload, reply }) => {
			const { node } = decode(register, payload);
			const pages = this.#announcer.pages();
			if (this.#registerBytes.take(pages.reduce((bytes, page) => bytes + page.length, 0))) this.#answer(reply, pages);
			else this.#hearing.full("register", { node: node.id }, "register is not answered: too many nodes ask at once");
		});
		this.#hearing.on(this.#subjects.timeline(id), ({ payload, reply }) => {
			const { key } = decode(askTimeline, payload);
			const account = this.#accountOf(key);
			this.#answer(reply, [encode(account ? { account } : {})]);
		});
		this.#hearing.on(this.#subjects.report(id), ({ reply }) => {
			const pages = this.#reporter.pages();
			if (pages) this.#answer(reply, pages);
			else this.#hearing.full("report", {}, "report not answered: too many ask");
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

	*#alive(message: Alive, from?: BusMessage): Generator<undefined, void> {
		const { node } = message;
		if (from) this.#hearing.expectSender(from.subject, node.id);
		if (node.id === this.#options.self.id) this.#self(node.incarnation);
		else yield* this.#peer(message);
	}

	*#peer(message: Alive): Generator<undefined, void> {
		const { id } = message.node;
		const wasDraining = this.#peers.get(id)?.draining ?? message.draining;
		const heard = this.#peers.hear(message, this.#options.clock.now());
		if (heard === "full")
			this.#hearing.full("nodes", { node: id }, "a node is not remembered: there are too many nodes");
		if (heard === "duplicate") this.#duplicate(id);
		if (heard === "flapping") throw new ProtocolError("flapping", `${id} restarts again and again.`);
		if (heard === "full" || heard === "duplicate" || heard === "former") return;
		yield* this.#followers.alive(message, heard);
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
		this.#hearing.complain("duplicate", { id }, "two running nodes use one node id: give each its own");
	}

	*#gone({ subject, payload }: BusMessage): Generator<undefined, void> {
		const id = nodeIdOf(subject) ?? "";
		const { incarnation } = decode(gone, payload);
		if (this.#peers.get(id)?.info.incarnation === incarnation) yield* this.#remove(id, "left");
	}

	*#remove(id: string, reason: "left" | "forgotten"): Generator<undefined, void> {
		// Nothing new is pulled from it while its streams are removed one by one.
		this.#peers.suspect(id);
		yield* this.#followers.gone(id, reason);
		const node = this.#peers.remove(id);
		this.#duplicates.delete(id);
		if (node) this.#emit({ type: "node-gone", node, reason });
	}

	#sweep(now: Millis, provenAt: Millis): void {
		const { suspects, lost } = this.#peers.sweep(now, provenAt, (id) => this.#hearing.isBehind(id));
		for (const node of suspects) this.#hearing.inTurn(node.info.id, () => this.#emit({ type: "node-suspect", node }));
		for (const { info } of lost) this.#hearing.inTurn(info.id, () => this.#remove(info.id, "forgotten"));
	}

	#emit(change: DirectoryChange): void {
		for (const listener of [...this.#listeners]) this.#hearing.guard("a listener", () => listener(change));
	}
}

/** A `discover` request has no content. */
const EMPTY_MAP = Uint8Array.of(0x80);
