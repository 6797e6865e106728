import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { ConfigError } from "#shared/base/errors";

/** A part of a configuration as YAML gives it. */
export type Settings = { readonly [key: string]: unknown };

/** Settings that a user lays over the configuration of nodes, by `all`, a role, or a node's id. */
export type Overlay = ReadonlyMap<string, Settings>;

const isSettings = (value: unknown): value is Settings =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads an overlay for the nodes and roles of these names. Throws ConfigError. */
export function readOverlay(path: string, names: readonly string[]): Overlay {
	return parseOverlay(readText(path), path, names);
}

function readText(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch (error) {
		throw new ConfigError(`${path}: this overlay cannot be read`, { cause: error });
	}
}

/** Reads the text of an overlay; `path` is for its errors. Throws ConfigError. */
export function parseOverlay(text: string, path: string, names: readonly string[]): Overlay {
	const document = parseDocument(text);
	const [problem] = document.errors;
	if (problem) throw new ConfigError(`${path}: ${problem.message.split("\n", 1)[0]}`);
	const value: unknown = document.toJS() ?? {};
	if (!isSettings(value)) throw new ConfigError(`${path}: expected keys such as "all: {idleMs: 500}"`);
	const overlay = new Map<string, Settings>();
	for (const [name, settings] of Object.entries(value)) {
		if (!names.includes(name)) throw new ConfigError(`${path}: ${name} is not one of ${names.join(", ")}`);
		if (!isSettings(settings ?? {})) throw new ConfigError(`${path}: ${name}: expected keys and values below it`);
		overlay.set(name, isSettings(settings) ? settings : {});
	}
	return overlay;
}

/** Lays one over the other. Maps are merged, other values are replaced. */
export function merge(below: Settings, above: Settings): Settings {
	const laid = Object.entries(above).map(([key, value]) => {
		const old = Object.hasOwn(below, key) ? below[key] : undefined;
		return [key, isSettings(old) && isSettings(value) ? merge(old, value) : value] as const;
	});
	return Object.fromEntries([...Object.entries(below), ...laid]);
}
