import type { Policy } from "#shared/access/request";
import { systemClock } from "#shared/base/clock";
import { type ConfigSources, readConfig } from "#shared/base/config";
import { type Logger, Scope, silentLogger } from "#shared/base/runtime";
import { MemoryBus, openMemoryDirectory } from "#shared/mesh/control";
import { type Edge, startEdge } from "../../services/edge/edge.ts";
import { type Intermediate, startIntermediate } from "../../services/intermediate/intermediate.ts";
import { type Origin, startOrigin } from "../../services/origin/origin.ts";

/** YAML of one node, and its RTMP port where that has to be known before; the id is given by the caller. */
type NodeText = { text?: string; port?: number };

/** A mesh inside this process: real sockets on loopback, the control plane in memory. Disposing closes every node. */
export class TestMesh implements AsyncDisposable {
	readonly bus = new MemoryBus(systemClock);
	readonly #scope = new Scope();
	readonly #log: Logger;
	readonly #policy: Policy | undefined;

	/** All nodes write to one log, which is silent unless another is given, and let in whom `policy` lets in: all without one. */
	constructor({ log = silentLogger(), policy }: { log?: Logger; policy?: Policy } = {}) {
		this.#log = log;
		this.#policy = policy;
	}

	async origin(id: string, node: NodeText = {}): Promise<Origin> {
		return this.#scope.use(await startOrigin(readConfig("origin", this.#sources(id, node)), this.#options));
	}

	async intermediate(id: string, node: NodeText = {}): Promise<Intermediate> {
		return this.#scope.use(await startIntermediate(readConfig("intermediate", this.#sources(id, node)), this.#options));
	}

	async edge(id: string, node: NodeText = {}): Promise<Edge> {
		return this.#scope.use(await startEdge(readConfig("edge", this.#sources(id, node)), this.#options));
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#scope[Symbol.asyncDispose]();
	}

	get #options() {
		return {
			log: this.#log,
			policy: this.#policy,
			openDirectory: (options: Parameters<typeof openMemoryDirectory>[1]) => openMemoryDirectory(this.bus, options),
		};
	}

	#sources(id: string, { text = "", port = 0 }: NodeText): ConfigSources {
		return { text, env: { MILLRACE_NODE_ID: id, MILLRACE_RTMP_PORT: `${port}`, MILLRACE_HTTP_PORT: "0" } };
	}
}
