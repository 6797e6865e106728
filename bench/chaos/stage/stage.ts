import { readFlvFile } from "../../../cli/flv-file.ts";
import { Cluster } from "../../../test/support/cluster.ts";
import { type Links, layLinks, NO_LINKS } from "../../../test/support/links.ts";
import type { NatsServer } from "../../../test/support/nats-server.ts";
import { Encoders } from "./encoders.ts";
import { filesOf } from "./feeds.ts";
import { prepareNodes } from "./nodes.ts";
import type { StagePlan } from "./plan.ts";
import { Scene } from "./scene.ts";

/** A whole mesh of real processes, with its encoders. Disposing ends them all and leaves no file or network behind. */
export class Stage extends Scene {
	readonly links: Links;
	readonly #cluster: Cluster;

	/** Starts everything and waits until every edge plays. Throws StartError, and the signal's reason. */
	static async open(plan: StagePlan, signal: AbortSignal): Promise<Stage> {
		const links = plan.links === "intermediates" ? await layLinks() : NO_LINKS;
		// The server's own test of its door goes to loopback.
		const nats = links.host === NO_LINKS.host ? [] : ["-a", "0.0.0.0"];
		const stage = new Stage(plan, links, await Cluster.start({ nats, env: links.env }));
		try {
			await stage.#start(signal);
			return stage;
		} catch (error) {
			await stage[Symbol.asyncDispose]();
			throw error;
		}
	}

	constructor(plan: StagePlan, links: Links, cluster: Cluster) {
		super(plan, "live/chaos");
		this.links = links;
		this.#cluster = cluster;
		// Behind the cluster's own last rites, which end what is in these networks.
		process.on("exit", links.remove);
	}

	get nats(): NatsServer {
		return this.#cluster.nats;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all([this.#cluster[Symbol.asyncDispose](), this.encoders?.[Symbol.asyncDispose]()]);
		this.links.remove();
		process.off("exit", this.links.remove);
	}

	protected async mend(): Promise<void> {
		this.encoders?.mend();
	}

	async #start(signal: AbortSignal): Promise<void> {
		const cluster = this.#cluster;
		const nats = `nats://${this.links.host}:${cluster.nats.port}`;
		this.nodes = (await prepareNodes(this.plan, cluster.folder)).map(({ id, env, ...about }) => {
			const { host, inside } = this.links.placeOf(id);
			const at = { MILLRACE_NATS_SERVERS: nats, MILLRACE_RTMP_HOST: host, MILLRACE_HTTP_HOST: host };
			const node = cluster.add({
				...{ id, ...about, inside },
				env: { ...at, ...env, ...this.links.envOf(id) },
				onLine: (line) => this.chronicle.note(line),
				onExit: (_, wasAsked) => this.ended(node, wasAsked),
			});
			return node;
		});
		const files = await filesOf(this.plan, cluster.folder);
		this.sources = await Promise.all(files.map(readFlvFile));
		await Promise.all(this.nodes.map((node) => node.start()));
		signal.throwIfAborted();
		await this.#publish(files);
		await this.untilPlaying(signal);
	}

	async #publish(files: readonly string[]): Promise<void> {
		const origins = this.tier("origin");
		if (this.plan.links !== "encoders") {
			const urls = origins.map(({ rtmp }) => `${rtmp}/${this.key}`);
			const [only = ""] = files;
			// One file goes to all origins, several go to one each.
			if (files.length === 1) this.#cluster.run(["publish", only, ...urls, "--loop"]);
			else for (const [place, url] of urls.entries()) this.#cluster.run(["publish", files[place] ?? "", url, "--loop"]);
			return;
		}
		this.encoders = await Encoders.open({ key: this.key, files: this.sources, origins });
		const ids = origins.map(({ id }) => id);
		const each = this.plan.feeds === "unrelated" ? ids.map((id) => [id]) : [ids];
		await Promise.all(each.map((at, file) => this.encoders?.start({ file, at })));
	}
}
