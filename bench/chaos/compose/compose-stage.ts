import { spawnSync } from "node:child_process";
import { type Millis, systemClock } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";
import { readFlvFile } from "../../../cli/flv-file.ts";
import { demoClip } from "../../../cli/project.ts";
import { ComposeProject, docker } from "../../../test/support/containers/compose.ts";
import { adoptContainer, type ContainerNode } from "../../../test/support/containers/container-node.ts";
import { NatsCluster } from "../../../test/support/containers/nats-cluster.ts";
import { Wiring } from "../../../test/support/containers/wiring.ts";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { HOT, type StagePlan } from "../stage/plan.ts";
import { Scene } from "../stage/scene.ts";

/** The one plan there is: what docker-compose.yml says. */
export const COMPOSED: StagePlan = { ...HOT };

/** Edges beside the one that is always there. */
const EDGES = 1;
const FIXED_EDGE = "edge-a";
const SERVICES = ["origin-a", "origin-b", "intermediate-a", "intermediate-b", FIXED_EDGE, "edge"] as const;

/** The project's docker-compose.yml with the demo, under a name of its own. Disposing takes it down, image and volume included. */
export class ComposeStage extends Scene<ContainerNode> {
	readonly project = new ComposeProject("chaos", { MILLRACE_LOG_LEVEL: "debug" });
	readonly wiring = new Wiring();
	readonly links = {
		swallow: (node: string): Promise<void> => this.wiring.swallow(this.node(node).container),
		mend: (node: string): Promise<void> => this.wiring.mend(this.node(node).container),
	};
	/** From `up` to a viewer's first frames at every edge. */
	playableMs: Millis = 0;
	readonly #folder = new TempFolder();
	#nats: NatsCluster | undefined;
	#edges = EDGES;
	#revision = 0;

	/** Builds the image, starts everything and waits until every edge plays. Throws StartError, and the signal's reason. */
	static async open(_plan: StagePlan, signal: AbortSignal): Promise<ComposeStage> {
		const stage = new ComposeStage();
		try {
			await stage.#start(signal);
			return stage;
		} catch (error) {
			await stage[Symbol.asyncDispose]();
			throw error;
		}
	}

	constructor() {
		super(COMPOSED, "live/demo");
		process.on("exit", this.#lastRites);
	}

	get nats(): NatsCluster {
		if (!this.#nats) throw new StartError("the stage is not open");
		return this.#nats;
	}

	node(id: string): ContainerNode {
		const found = this.nodes.find((node) => node.id === id);
		if (!found) throw new StartError(`there is no ${id}`);
		return found;
	}

	/** The edges there may be more or fewer of. */
	scaledEdges(): readonly ContainerNode[] {
		return this.tier("edge").filter(({ id }) => id !== FIXED_EDGE);
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
		for (const node of this.nodes) node.mayEnd = true;
		await this.project[Symbol.asyncDispose]();
		this.#folder[Symbol.dispose]();
		process.off("exit", this.#lastRites);
	}

	protected async mend(): Promise<void> {
		await this.wiring.mendAll();
		await this.nats.heal();
	}

	protected override async complete(): Promise<void> {
		if (this.scaledEdges().length !== EDGES) await this.scaleEdges(EDGES);
		await Promise.all(this.tier("edge").map((edge) => edge.locate()));
	}

	/** What a second Ctrl-C leaves time for. */
	readonly #lastRites = (): void => {
		spawnSync("docker", ["compose", "-p", this.project.name, "down", "--volumes", "--timeout", "0"]);
		this.#folder[Symbol.dispose]();
	};

	async #start(signal: AbortSignal): Promise<void> {
		await this.project.build();
		this.sources = [await readFlvFile(demoClip())];
		signal.throwIfAborted();
		const since = systemClock.now();
		await this.project.compose(["up", "--detach"]);
		this.#nats = await NatsCluster.of(this.project, (what) => this.crashes.push(what));
		await this.#refresh();
		await this.untilPlaying(signal);
		this.playableMs = systemClock.now() - since;
	}

	/** Brings one service to where it should be. */
	async #up(service: string, ...options: readonly string[]): Promise<void> {
		const affected = this.nodes.filter(({ id, role }) => id === service || (service === "edge" && role === "edge"));
		for (const node of affected) node.mayEnd = true;
		const scale = service === "edge" ? ["--scale", `edge=${this.#edges}`] : [];
		await this.project.compose(["up", "--detach", "--no-deps", "--wait", ...options, ...scale, service]);
		await this.#refresh();
		for (const node of affected) node.mayEnd = !node.isUp;
	}

	/** Takes notice of containers that came or went. */
	async #refresh(): Promise<void> {
		const found = (await Promise.all(SERVICES.map((service) => this.project.containers(service)))).flat();
		const known = new Map(this.nodes.map((node) => [node.container, node]));
		this.nodes = await Promise.all(
			found.map((container) => known.get(container) ?? adoptContainer(container, this.#options)),
		);
	}

	get #options(): Parameters<typeof adoptContainer>[1] {
		return {
			...{ project: this.project, folder: this.#folder.path },
			// What the log says of other streams is nobody's here.
			onLine: (line) => {
				if (!line.includes('"key":') || line.includes(`"key":"${this.key}"`)) this.chronicle.note(line);
			},
			onExit: (node, wasAsked) => this.ended(node, wasAsked),
			onTrouble: (what) => this.crashes.push(what),
		};
	}
}
