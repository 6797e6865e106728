import { spawnSync } from "node:child_process";
import { type Millis, systemClock } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";
import type { MediaPacket } from "#shared/formats/packet";
import { readFlvFile } from "../../../cli/flv-file.ts";
import { demoClip } from "../../../cli/project.ts";
import { ComposeProject, docker } from "../../../test/support/compose.ts";
import { Chronicle } from "../stage/chronicle.ts";
import { Parentage } from "../stage/parentage.ts";
import { HOT, type StagePlan } from "../stage/plan.ts";
import type { Role, Scene, SceneNode } from "../stage/scene.ts";
import { untilAllPlay } from "../stage/until-all-play.ts";
import { ChaosViewer } from "../viewer/chaos-viewer.ts";
import { ContainerNode } from "./container-node.ts";
import { NatsCluster } from "./nats-cluster.ts";
import { Wiring } from "./wiring.ts";

/** The one plan there is: what docker-compose.yml says. */
export const COMPOSED: StagePlan = { ...HOT };

const KEY = "live/demo";
/** Edges beside the one that is always there. */
const EDGES = 1;
const FIXED_EDGE = "edge-a";
const SERVICES = ["origin-a", "origin-b", "intermediate-a", "intermediate-b", FIXED_EDGE, "edge"] as const;

/** The project's docker-compose.yml with the demo, under a name of its own. Disposing takes it down, image and volume included. */
export class ComposeStage implements Scene {
	readonly plan = COMPOSED;
	readonly chronicle = new Chronicle();
	readonly crashes: string[] = [];
	readonly encoders = undefined;
	readonly project = new ComposeProject("chaos", { MILLRACE_LOG_LEVEL: "debug" });
	readonly wiring = new Wiring();
	/** From `up` to a viewer's first frames at every edge. */
	playableMs: Millis = 0;
	readonly #signal: AbortSignal;
	readonly #parentage = new Parentage(() => this.#nodes, this.chronicle, COMPOSED);
	#nats: NatsCluster | undefined;
	#nodes: readonly ContainerNode[] = [];
	#source: readonly MediaPacket[] = [];
	#edges = EDGES;
	#revision = 0;

	/** Builds the image, starts everything and waits until every edge plays. Throws StartError, and the signal's reason. */
	static async open(_plan: StagePlan, signal: AbortSignal): Promise<ComposeStage> {
		const stage = new ComposeStage(signal);
		try {
			await stage.#start();
			return stage;
		} catch (error) {
			await stage[Symbol.asyncDispose]();
			throw error;
		}
	}

	constructor(signal: AbortSignal) {
		this.#signal = signal;
		process.on("exit", this.#lastRites);
	}

	get nats(): NatsCluster {
		if (!this.#nats) throw new StartError("the stage is not open");
		return this.#nats;
	}

	readonly links = {
		swallow: (node: string): Promise<void> => this.wiring.swallow(this.node(node).container),
		mend: (node: string): Promise<void> => this.wiring.mend(this.node(node).container),
	};

	node(id: string): ContainerNode {
		const found = this.#nodes.find((node) => node.id === id);
		if (!found) throw new StartError(`there is no ${id}`);
		return found;
	}

	tier(role: Role): readonly ContainerNode[] {
		return this.#parentage.tier(role);
	}

	/** The edges there may be more or fewer of. */
	scaledEdges(): readonly ContainerNode[] {
		return this.tier("edge").filter(({ id }) => id !== FIXED_EDGE);
	}

	inUse(role: "origin" | "intermediate"): ContainerNode {
		return this.#parentage.inUse(role);
	}

	watch({ id }: SceneNode): ChaosViewer {
		return new ChaosViewer({ edge: id, url: this.urlOf(id, KEY), sources: [this.#source], keeps: false });
	}

	/** Where a viewer on this machine finds a stream at an edge, or an encoder takes it to an origin. */
	urlOf(id: string, key: string): string {
		return `${this.node(id).rtmp}/${key}`;
	}

	untilWhole(signal: AbortSignal): Promise<readonly string[]> {
		return this.#parentage.untilWhole(signal);
	}

	untilWell(nodes: readonly SceneNode[], signal: AbortSignal): Promise<boolean> {
		return this.#parentage.untilWell(nodes, signal);
	}

	async untilPlaying(signal: AbortSignal): Promise<void> {
		await untilAllPlay(this.tier("edge"), KEY, signal);
	}

	async heal(signal: AbortSignal): Promise<void> {
		await this.wiring.mendAll();
		await this.nats.heal();
		for (const node of this.#nodes) if (node.isUp && node.isFrozen) node.thaw();
		await Promise.all(this.#nodes.filter(({ isUp }) => !isUp).map((node) => node.start()));
		if (this.scaledEdges().length !== EDGES) await this.scaleEdges(EDGES);
		await Promise.all(this.tier("edge").map((edge) => edge.locate()));
		await this.untilPlaying(signal);
		this.crashes.length = 0;
	}

	/** Makes it so many edges beside the fixed one; done when the new ones listen and those that are too many are gone. */
	async scaleEdges(count: number): Promise<void> {
		this.#edges = count;
		await this.#up("edge", "--no-recreate");
	}

	/** Builds the image anew, as another revision. Containers go on with the old one. */
	async rebuild(): Promise<void> {
		this.#revision++;
		await this.project.build(this.#revision);
	}

	/** Replaces the container of a service that has but one by one of the image as it is now. */
	async replace(service: string): Promise<void> {
		await this.#up(service);
	}

	/** Stops these edges and takes them away for good. */
	async retire(edges: readonly ContainerNode[]): Promise<void> {
		await Promise.all(edges.map((edge) => edge.drain()));
		await docker(["rm", ...edges.map(({ container }) => container)]);
		await this.#refresh();
		this.#edges = this.scaledEdges().length;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		for (const node of this.#nodes) node.mayEnd = true;
		await this.project[Symbol.asyncDispose]();
		process.off("exit", this.#lastRites);
	}

	/** What a second Ctrl-C leaves time for. */
	readonly #lastRites = (): void => {
		spawnSync("docker", ["compose", "-p", this.project.name, "down", "--volumes", "--timeout", "0"]);
	};

	async #start(): Promise<void> {
		await this.project.build();
		this.#source = await readFlvFile(demoClip());
		this.#signal.throwIfAborted();
		const since = systemClock.now();
		await this.project.compose(["up", "--detach"]);
		this.#nats = await NatsCluster.of(this.project, (what) => this.crashes.push(what));
		await this.#refresh();
		await this.untilPlaying(this.#signal);
		this.playableMs = systemClock.now() - since;
	}

	/** Brings one service to where it should be. */
	async #up(service: string, ...options: readonly string[]): Promise<void> {
		const affected = this.#nodes.filter(({ id, role }) => id === service || (service === "edge" && role === "edge"));
		for (const node of affected) node.mayEnd = true;
		const scale = service === "edge" ? ["--scale", `edge=${this.#edges}`] : [];
		await this.project.compose(["up", "--detach", "--no-deps", "--wait", ...options, ...scale, service]);
		await this.#refresh();
		for (const node of affected) node.mayEnd = !node.isUp;
	}

	/** Takes notice of containers that came or went. */
	async #refresh(): Promise<void> {
		const found = (await Promise.all(SERVICES.map((service) => this.project.containers(service)))).flat();
		const known = new Map(this.#nodes.map((node) => [node.container, node]));
		const options = {
			project: this.project,
			chronicle: this.chronicle,
			signal: this.#signal,
			key: KEY,
			onTrouble: (what: string) => void this.crashes.push(what),
		};
		this.#nodes = await Promise.all(found.map((id) => known.get(id) ?? ContainerNode.adopt(id, options)));
	}
}
