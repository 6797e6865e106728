import { hostname } from "node:os";
import { ConfigError } from "#shared/errors";
import { parseAdvertise } from "./advertised.ts";
import type { CommonConfig, NatsConfig, Role } from "./config.ts";
import type { Values } from "./roles.ts";
import { MIN_KEY_LENGTH } from "./sections.ts";

/** What the values are completed from: the machine, files beside the configuration, and where problems go. */
export type Surroundings = {
	readonly role: Role;
	readonly problems: string[];
	readonly hostname?: string;
	readonly tty: boolean;
	path(path: string): string;
	readText(path: string): string;
};

type Common = Omit<Values["origin"], "publish">;

/** Node ids are at most this long. */
const MAX_ID = 64;

function nodeOf(
	{ id: given, group, rank }: Common["node"],
	{ role, hostname: host = hostname() }: Surroundings,
): CommonConfig["node"] {
	const id = given ?? `${role}-${host}`.replaceAll(/[^A-Za-z0-9_-]/g, "-").slice(0, MAX_ID);
	return { id, group: group ?? id, rank };
}

/** A secret that stands in the configuration or, without the line end, in a file of its own. */
function secretOf(
	name: string,
	value: string | undefined,
	file: string | undefined,
	{ readText, problems }: Surroundings,
): string | undefined {
	if (file === undefined) return value;
	if (value !== undefined) problems.push(`${name}: give either ${name} or ${name}File, not both`);
	try {
		return readText(file).trim();
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		problems.push(`${name}File: ${error.message}`);
		return undefined;
	}
}

function clusterOf({ name, key: given, keyFile }: Common["cluster"], around: Surroundings): CommonConfig["cluster"] {
	const key = secretOf("cluster.key", given, keyFile, around);
	if (key !== undefined && key.length < MIN_KEY_LENGTH) {
		around.problems.push(`cluster.keyFile: want at least ${MIN_KEY_LENGTH} characters in the file`);
	}
	return { name, ...(key !== undefined && { key }) };
}

function tlsOf(tls: Common["nats"]["tls"], { path }: Surroundings): NatsConfig["tls"] {
	const files = Object.entries(tls).map(([name, file]) => [name, path(file)]);
	return files.length === 0 ? undefined : Object.fromEntries(files);
}

function natsOf(nats: Common["nats"], around: Surroundings): NatsConfig {
	const { nkeySeed: given, nkeySeedFile, credsFile, tls: tlsFiles, ...plain } = nats;
	const nkeySeed = secretOf("nats.nkeySeed", given, nkeySeedFile, around);
	const tls = tlsOf(tlsFiles, around);
	return {
		...plain,
		...(nkeySeed !== undefined && { nkeySeed }),
		...(credsFile !== undefined && { credsFile: around.path(credsFile) }),
		...(tls && { tls }),
	};
}

function listenOf(scheme: "rtmp" | "http", { host, port, advertise: text }: Common["rtmp"]): CommonConfig["rtmp"] {
	const advertise = text === undefined ? undefined : parseAdvertise(text, scheme);
	return { host, port, ...(advertise && { advertise }) };
}

/** Completes what the schema gave: names from the machine, secrets from their files, paths made absolute. */
export function assembleCommon(values: Common, around: Surroundings): CommonConfig {
	const { level, pretty } = values.log;
	return {
		node: nodeOf(values.node, around),
		cluster: clusterOf(values.cluster, around),
		nats: natsOf(values.nats, around),
		rtmp: listenOf("rtmp", values.rtmp),
		http: listenOf("http", values.http),
		log: { level, pretty: pretty === "auto" ? around.tty : pretty },
		limits: values.limits,
		viewers: values.viewers,
		apps: new Map(Object.entries(values.apps)),
		drainMs: values.drainMs,
	};
}
