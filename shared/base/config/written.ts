import type { Role } from "./config.ts";
import { type Key, keysOf, otherRoles, PREFIX, variableOf } from "./keys.ts";
import { didYouMean } from "./nearest.ts";
import { isTree, place, remove, type Tree, withoutNulls } from "./tree.ts";
import { readYaml } from "./yaml-text.ts";

/** The unchecked configuration from file and environment. `variables` has the paths that the environment set. */
export type Written = {
	readonly tree: Tree;
	readonly variables: ReadonlyMap<string, string>;
	readonly problems: string[];
};

/** The environment a process is given. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Short for `nats: {servers: …}`, in the environment as in the file. */
const NATS_VARIABLE = variableOf(["nats"]);

/** Pairs of keys with the same meaning: one in the environment replaces the other one in the file. */
const TWINS = [
	["cluster.key", "cluster.keyFile"],
	["nats.nkeySeed", "nats.nkeySeedFile"],
] as const;

const splitList = (text: string): string[] =>
	text
		.split(",")
		.map((item) => item.trim())
		.filter((item) => item !== "");

/** `false` means no servers. Text is a list with commas. */
function serverList(servers: unknown): unknown {
	if (servers === false || servers === "false") return [];
	return typeof servers === "string" ? splitList(servers) : servers;
}

function normaliseNats(nats: unknown): unknown {
	if (!isTree(nats)) return typeof nats === "number" || nats === true ? nats : { servers: serverList(nats) };
	return "servers" in nats ? { ...nats, servers: serverList(nats["servers"]) } : nats;
}

/** The file's content as a tree; an empty file is an empty tree. */
export function readTree(text: string, name: string): Tree | undefined {
	const written = withoutNulls(readYaml(text, name) ?? {});
	if (!isTree(written)) return undefined;
	return "nats" in written ? { ...written, nats: normaliseNats(written["nats"]) } : written;
}

function fromText(key: Key, text: string): unknown {
	if (key.kind === "text") return text;
	if (key.kind === "yaml" || text.trimStart().startsWith("[")) return withoutNulls(readYaml(text, key.variable));
	return key.path === "nats.servers" ? serverList(text) : splitList(text);
}

function dropTwin(tree: Tree, path: string): void {
	const twins = TWINS.find((pair) => pair.some((twin) => twin === path)) ?? [];
	for (const twin of twins) remove(tree, twin);
}

function unknownVariable(role: Role, name: string, known: readonly string[]): string {
	const [other] = otherRoles(role, (key) => key.variable === name);
	if (other) return `${name}: ${role} has no such setting, ${other} has`;
	return `${name}: unknown variable${didYouMean(name, known)}`;
}

/** Lays the environment over the tree of the file. An empty variable counts as not set. An unknown variable is a problem. */
export function layEnvironment(role: Role, tree: Tree, env: Environment): Written {
	const keys = keysOf(role);
	const variables = new Map<string, string>();
	const problems: string[] = [];
	const isSet = (name: string): boolean => (env[name] ?? "").trim() !== "";
	const set = keys.filter((key) => isSet(key.variable));
	if (isSet(NATS_VARIABLE)) {
		place(tree, "nats.servers", serverList(env[NATS_VARIABLE]));
		variables.set("nats.servers", NATS_VARIABLE);
	}
	for (const key of set) dropTwin(tree, key.path);
	for (const key of set) {
		place(tree, key.path, fromText(key, env[key.variable] ?? ""));
		variables.set(key.path, key.variable);
	}
	const known = [...keys.map((key) => key.variable), NATS_VARIABLE];
	for (const name of Object.keys(env).filter((name) => name.startsWith(PREFIX) && isSet(name))) {
		if (!known.includes(name)) problems.push(unknownVariable(role, name, known));
	}
	return { tree, variables, problems };
}
