import type { Role } from "./config.ts";
import { type Key, keysOf } from "./keys.ts";

function standardOf({ standard, note }: Key): string {
	if (standard === undefined) return note.unset ?? "discover";
	return typeof standard === "string" ? standard : JSON.stringify(standard);
}

function liveness({ note: { live } }: Key): string {
	if (!live) return "Needs a restart";
	return live === true ? "Live" : `Live, for new ${live}`;
}

function entry(key: Key): string {
	return `${key.path} (${key.variable})\n    ${key.note.about} Allowed: ${key.note.allowed}. Default: ${standardOf(key)}. ${liveness(key)}.`;
}

/** A text for people about every key of a role: its variable, its purpose, its allowed values and its default. Ends with a line break. */
export function configReference(role: Role): string {
	const head = [
		`Configuration of ${role}: a YAML file (--config FILE) or environment variables. A variable overrides the file.`,
		"Lists and maps in a variable are written as YAML. Relative paths start at the folder of the YAML file.",
		"Live: the key can change while the service runs. For new streams and the like: those begun before keep the former value.",
		"Needs a restart: the service keeps the value it started with.",
	];
	return `${[...head, "", ...keysOf(role).map(entry)].join("\n")}\n`;
}
