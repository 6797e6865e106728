import { Option } from "commander";

/** Where the mesh's NATS is; where a node runs, as the node itself finds it. */
export const natsOption = (): Option =>
	new Option("--nats <urls>", "the mesh's NATS servers, with commas between")
		.env("MILLRACE_NATS_SERVERS")
		.default("nats://127.0.0.1:4222");

/** The mesh's name. */
export const clusterOption = (): Option =>
	new Option("--cluster <name>", "the mesh's name").env("MILLRACE_CLUSTER_NAME").default("default");
