import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { z } from "zod";
import { ConfigError } from "#shared/base/errors";
import { assembleCommon, type Surroundings } from "./assemble.ts";
import type { Config, EdgeConfig, IntermediateConfig, OriginConfig, Role } from "./config.ts";
import { keyProblem } from "./key-rule.ts";
import { schemas, type Values } from "./roles.ts";
import { placeOf, sentences } from "./sentences.ts";
import { readUpstreams } from "./upstreams.ts";
import { type Environment, layEnvironment, readTree, type Written } from "./written.ts";

/**
 * Where a configuration comes from. `text` replaces the content of `file`; relative paths still start at the folder of `file`.
 * Without `hostname` and `tty` (is stderr a terminal) the machine is asked.
 */
export type ConfigSources = {
	readonly file?: string;
	readonly text?: string;
	readonly env: Environment;
	readonly hostname?: string;
	readonly tty?: boolean;
};

/** Leaves room for the suffix of a worker, such as `-w64`. */
const MAX_ID_WITH_WORKERS = 60;

function readText(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch (error) {
		const code = error instanceof Error && "code" in error ? error.code : "";
		const why = code === "ENOENT" ? "there is no such file" : `it cannot be read (${String(code)})`;
		throw new ConfigError(`${path}: ${why}`, { cause: error });
	}
}

function readWritten(role: Role, { file, text, env }: ConfigSources): Written {
	const name = file ?? "configuration";
	const content = text ?? (file === undefined ? "" : readText(file));
	const tree = readTree(content, name);
	if (!tree) throw new ConfigError(`${name}: expected keys and values such as "rtmp: {port: 1935}"`);
	return layEnvironment(role, tree, env);
}

/** One reading: the written configuration, and everything that is wrong with it. */
class Reading {
	readonly problems: string[];
	readonly surroundings: Surroundings;
	readonly #role: Role;
	readonly #written: Written;

	constructor(role: Role, sources: ConfigSources) {
		this.#role = role;
		this.#written = readWritten(role, sources);
		this.problems = [...this.#written.problems];
		const folder = sources.file === undefined ? process.cwd() : dirname(sources.file);
		this.surroundings = {
			role,
			problems: this.problems,
			path: (path) => resolve(folder, path),
			readText: (path) => readText(resolve(folder, path)),
			...(sources.hostname !== undefined && { hostname: sources.hostname }),
			tty: sources.tty ?? process.stderr.isTTY === true,
		};
	}

	values<T extends z.ZodType>(schema: T): z.output<T> | undefined {
		const parsed = schema.safeParse(this.#written.tree);
		if (parsed.success) return parsed.data;
		this.problems.push(...sentences(this.#role, this.#written, parsed.error.issues));
		return undefined;
	}

	upstreams() {
		const { readText: text } = this.surroundings;
		return readUpstreams(this.#role, this.#written.tree["upstreams"], {
			place: placeOf(this.#written, ["upstreams"]),
			readText: (path) => ({ name: path, text: text(path) }),
			problems: this.problems,
		});
	}

	/** All problems as one error, a sentence a line. */
	failure(): ConfigError {
		return new ConfigError(this.problems.join("\n"));
	}
}

function readOrigin(reading: Reading): OriginConfig {
	const values = reading.values(schemas.origin);
	if (!values) throw reading.failure();
	const config: OriginConfig = {
		role: "origin",
		...assembleCommon(values, reading.surroundings),
		publish: values.publish,
	};
	const problem = keyProblem(config);
	if (problem !== undefined) reading.problems.push(problem);
	if (reading.problems.length > 0) throw reading.failure();
	return config;
}

function pulling({ idleMs, waitMs, keepMs, lingerMs, standby, failback, holdMs, static: keys }: Values["relay"]) {
	return { idleMs, waitMs, keepMs, lingerMs, standby, failback, holdMs, static: keys };
}

function readRelay<R extends "intermediate" | "edge", V extends Values["relay"]>(
	role: R,
	schema: z.ZodType<V>,
	reading: Reading,
) {
	const values = reading.values(schema);
	const upstreams = reading.upstreams();
	if (!values) throw reading.failure();
	const config = { role, ...assembleCommon(values, reading.surroundings), ...pulling(values), upstreams };
	const problem = keyProblem(config, upstreams);
	if (problem !== undefined) reading.problems.push(problem);
	return { config, values };
}

function readIntermediate(reading: Reading): IntermediateConfig {
	const { config } = readRelay("intermediate", schemas.intermediate, reading);
	if (reading.problems.length > 0) throw reading.failure();
	return config;
}

function readEdge(reading: Reading): EdgeConfig {
	const { config, values } = readRelay("edge", schemas.edge, reading);
	const { workers } = values;
	if (workers !== 1 && config.node.id.length > MAX_ID_WITH_WORKERS) {
		reading.problems.push(`node.id: expected at most ${MAX_ID_WITH_WORKERS} characters where there are workers`);
	}
	if (reading.problems.length > 0) throw reading.failure();
	return { ...config, workers };
}

/**
 * Reads file and environment into the typed configuration of a role; the environment wins.
 * Throws one ConfigError that tells everything that is wrong, a sentence a line, each with the key or variable and what is allowed.
 */
export function readConfig(role: "origin", sources: ConfigSources): OriginConfig;
export function readConfig(role: "intermediate", sources: ConfigSources): IntermediateConfig;
export function readConfig(role: "edge", sources: ConfigSources): EdgeConfig;
export function readConfig(role: Role, sources: ConfigSources): Config;
export function readConfig(role: Role, sources: ConfigSources): Config {
	const reading = new Reading(role, sources);
	switch (role) {
		case "origin":
			return readOrigin(reading);
		case "intermediate":
			return readIntermediate(reading);
		case "edge":
			return readEdge(reading);
	}
}
