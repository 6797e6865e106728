import { hostname } from "node:os";
import { ConfigError } from "#shared/base/errors";
import { isLoopback } from "./address.ts";
import { parseAdvertise } from "./advertised.ts";
import type { CommonConfig, NatsConfig, Role } from "./config.ts";
import type { Values } from "./roles.ts";
import { MIN_KEY_LENGTH } from "./sections.ts";

/** What completes the values: the machine and the files that the configuration names. `problems` collects what is wrong. */
export type Surroundings = {
	readonly role: Role;
	readonly problems: string[];
	readonly hostname?: string;
	readonly tty: boolean;
	path(path: string): string;
	readText(path: string): string;
};

type Common = Omit<Values["origin"], "publish">;

/** Helps the person who starts the first node. */
const HOW_TO_MAKE_A_KEY = "; make it once with `openssl rand -hex 32 > FILE` and copy it to every node";

/** Node ids are at most this long. */
const MAX_ID = 64;
const MAX_PORT = 65_535;

function nodeOf(
	{ id: given, group, rank }: Common["node"],
	{ role, hostname: host = hostname() }: Surroundings,
): CommonConfig["node"] {
	const id = given ?? `${role}-${host}`.replaceAll(/[^A-Za-z0-9_-]/g, "-").slice(0, MAX_ID);
	return { id, group: group ?? id, rank };
}

/** A secret from the configuration, or from a file of its own without the line end. */
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
		problems.push(`${name}File: ${error.message}${name === "cluster.key" ? HOW_TO_MAKE_A_KEY : ""}`);
		return undefined;
	}
}

function clusterOf({ name, key: given, keyFile }: Common["cluster"], around: Surroundings): CommonConfig["cluster"] {
	const key = secretOf("cluster.key", given, keyFile, around);
	if (key !== undefined && key.length < MIN_KEY_LENGTH) {
		around.problems.push(`cluster.keyFile: expected at least ${MIN_KEY_LENGTH} characters in the file`);
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

/** The listener for operators. It is separate from the viewers' listener as soon as other machines can reach that one. */
function adminOf({ admin, http }: Common): CommonConfig["admin"] {
	const isAsked = admin.host !== undefined || admin.port !== undefined;
	if (!isAsked && isLoopback(http.host)) return undefined;
	const host = admin.host ?? (isLoopback(http.host) ? http.host : "127.0.0.1");
	const port = admin.port ?? nextPort(http.port);
	const isSameHost = admin.host === undefined || host === http.host;
	return isSameHost && port === http.port && port !== 0 ? undefined : { host, port };
}

/** 0 means any free port and stays 0. */
const nextPort = (port: number): number => (port === 0 ? 0 : port < MAX_PORT ? port + 1 : port - 1);

/** Completes what the schema gave: names from the machine, secrets from their files, paths made absolute. */
export function assembleCommon(values: Common, around: Surroundings): CommonConfig {
	const { level, pretty } = values.log;
	const admin = adminOf(values);
	return {
		node: nodeOf(values.node, around),
		cluster: clusterOf(values.cluster, around),
		nats: natsOf(values.nats, around),
		rtmp: listenOf("rtmp", values.rtmp),
		http: listenOf("http", values.http),
		...(admin && { admin }),
		log: { level, pretty: pretty === "auto" ? around.tty : pretty },
		limits: values.limits,
		viewers: values.viewers,
		segments: values.segments,
		apps: new Map(Object.entries(values.apps)),
		drainMs: values.drainMs,
	};
}
