import { Option } from "commander";

/** The NATS servers of the mesh. The variable is the one that a node on this machine uses. */
export const natsOption = (): Option =>
	new Option("--nats <urls>", "NATS servers of the mesh, separated by commas")
		.env("MILLRACE_NATS_SERVERS")
		.default("nats://127.0.0.1:4222");

/** The mesh's name. */
export const clusterOption = (): Option =>
	new Option("--cluster <name>", "name of the mesh").env("MILLRACE_CLUSTER_NAME").default("default");
