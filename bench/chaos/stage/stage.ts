import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MediaPacket } from "#shared/formats/packet";
import { readFlvFile } from "../../../cli/flv-file.ts";
import { type NatsServer, startNatsServer } from "../../../test/support/nats-server.ts";
import { ChaosViewer } from "../viewer/chaos-viewer.ts";
import { Chronicle } from "./chronicle.ts";
import { Encoders } from "./encoders.ts";
import { filesOf } from "./feeds.ts";
import { type Links, layLinks } from "./links.ts";
import { prepareNodes } from "./nodes.ts";
import { Parentage } from "./parentage.ts";
import type { StagePlan } from "./plan.ts";
import { Publishers } from "./publishers.ts";
import type { Role, Scene } from "./scene.ts";
import { StagedNode } from "./staged-node.ts";
import { untilAllPlay } from "./until-all-play.ts";

const KEY = "live/chaos";

/** A whole mesh of real processes, with its encoders. Disposing ends them all and leaves no file or network behind. */
export class Stage implements Scene {
	readonly plan: StagePlan;
	readonly chronicle = new Chronicle();
	/** Nodes that ended without having been asked to, with their last words. */
	readonly crashes: string[] = [];
	readonly #folder = mkdtempSync(join(tmpdir(), "millrace-chaos-"));
	readonly #parentage: Parentage<StagedNode>;
	#links: Links | undefined;
	#nats: NatsServer | undefined;
	#nodes: readonly StagedNode[] = [];
	#publishers: Publishers | undefined;
	#encoders: Encoders | undefined;
	#sources: readonly (readonly MediaPacket[])[] = [];

	/** Starts everything and waits until every edge plays. Throws StartError, and the signal's reason. */
	static async open(plan: StagePlan, signal: AbortSignal): Promise<Stage> {
		const stage = new Stage(plan);
		try {
			await stage.#start(signal);
			return stage;
		} catch (error) {
			await stage[Symbol.asyncDispose]();
			throw error;
		}
	}

	constructor(plan: StagePlan) {
		this.plan = plan;
		this.#parentage = new Parentage(() => this.#nodes, this.chronicle, plan);
		process.on("exit", this.#lastRites);
	}

	get nats(): NatsServer {
		if (!this.#nats) throw new Error("the stage is not open");
		return this.#nats;
	}

	get links(): Links {
		if (!this.#links) throw new Error("the stage is not open");
		return this.#links;
	}

	get encoders(): Encoders | undefined {
		return this.#encoders;
	}

	tier(role: Role): readonly StagedNode[] {
		return this.#parentage.tier(role);
	}

	inUse(role: "origin" | "intermediate"): StagedNode {
		return this.#parentage.inUse(role);
	}

	/** A new viewer at an edge. */
	watch(edge: StagedNode): ChaosViewer {
		const url = `${edge.rtmp}/${KEY}`;
		return new ChaosViewer({ edge: edge.id, url, sources: this.#sources, keeps: this.plan.feeds !== "identical" });
	}

	untilWhole(signal: AbortSignal): Promise<readonly string[]> {
		return this.#parentage.untilWhole(signal);
	}

	untilWell(nodes: readonly StagedNode[], signal: AbortSignal): Promise<boolean> {
		return this.#parentage.untilWell(nodes, signal);
	}

	/** Thaws and starts again what the last scenario left frozen or dead, and waits until all is whole. */
	async heal(signal: AbortSignal): Promise<void> {
		this.#encoders?.mend();
		for (const node of this.#nodes) if (node.isUp && node.isFrozen) node.thaw();
		await Promise.all(this.#nodes.filter(({ isUp }) => !isUp).map((node) => node.start()));
		await this.untilPlaying(signal);
		this.crashes.length = 0;
	}

	/** Waits until a viewer gets frames at every edge. Throws StartError. */
	async untilPlaying(signal: AbortSignal): Promise<void> {
		await untilAllPlay(this.tier("edge"), KEY, signal);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		for (const node of this.#nodes) node.destroy();
		this.#publishers?.destroy();
		await Promise.all([
			...this.#nodes.map((node) => node.kill()),
			this.#publishers?.gone(),
			this.#nats?.[Symbol.asyncDispose](),
			this.#encoders?.[Symbol.asyncDispose](),
		]);
		this.#links?.remove();
		rmSync(this.#folder, { recursive: true, force: true });
		process.off("exit", this.#lastRites);
	}

	/** What a second Ctrl-C leaves time for. */
	readonly #lastRites = (): void => {
		for (const node of this.#nodes) node.destroy();
		this.#publishers?.destroy();
		try {
			if (this.#nats) process.kill(this.#nats.pid, "SIGKILL");
		} catch {
			// It is dead already: a scenario killed it.
		}
		this.#links?.remove();
		rmSync(this.#folder, { recursive: true, force: true });
	};

	async #start(signal: AbortSignal): Promise<void> {
		this.#links = await layLinks(this.plan);
		const { host, env } = this.#links;
		// The server's own test of its door goes to loopback.
		this.#nats = await startNatsServer(host === "127.0.0.1" ? {} : { args: ["-a", "0.0.0.0"] });
		const nats = `nats://${host}:${this.#nats.port}`;
		this.#nodes = (await prepareNodes(this.plan, this.#folder)).map(
			(node) =>
				new StagedNode({
					...node,
					nats,
					place: this.links.placeOf(node.planned.id),
					env: { ...node.env, ...env, ...this.links.envOf(node.planned.id) },
					onLine: (line) => this.chronicle.note(line),
					onExit: (exited, wasAsked) => this.#onExit(exited, wasAsked),
				}),
		);
		const files = await filesOf(this.plan, this.#folder);
		this.#sources = await Promise.all(files.map(readFlvFile));
		await Promise.all(this.#nodes.map((node) => node.start()));
		signal.throwIfAborted();
		await this.#publish(files);
		await this.untilPlaying(signal);
	}

	async #publish(files: readonly string[]): Promise<void> {
		const origins = this.tier("origin");
		if (this.plan.links !== "encoders") {
			const urls = origins.map(({ rtmp }) => `${rtmp}/${KEY}`);
			this.#publishers = new Publishers(files, urls);
			return;
		}
		this.#encoders = await Encoders.open({ key: KEY, files: this.#sources, origins });
		const ids = origins.map(({ id }) => id);
		const each = this.plan.feeds === "unrelated" ? ids.map((id) => [id]) : [ids];
		await Promise.all(each.map((at, file) => this.#encoders?.start({ file, at })));
	}

	#onExit(node: StagedNode, wasAsked: boolean): void {
		this.chronicle.forget(node);
		if (!wasAsked) this.crashes.push(`${node.id} ended by itself: ${node.lastWords}`);
	}
}
