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
	return `${key.path} (${key.variable})\n    ${key.note.about} Want ${key.note.want}. Default: ${standardOf(key)}. ${liveness(key)}.`;
}

/** Every key of a role with its variable, what it is for, what it takes and its default; for people, ends with a line break. */
export function configReference(role: Role): string {
	const head = [
		`Configuration of ${role}: a YAML file (--config FILE), or variables, which win over the file.`,
		"Lists and maps in a variable are written as YAML. Relative paths start at the folder of the file.",
		"Live: the service takes a change while it runs; for new streams and the like: what began before keeps the former value.",
		"Needs a restart: the service keeps the value it began with.",
	];
	return `${[...head, "", ...keysOf(role).map(entry)].join("\n")}\n`;
}
