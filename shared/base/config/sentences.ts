import type { z } from "zod";
import type { Role } from "./config.ts";
import { type Key, keysOf, otherRoles } from "./keys.ts";
import { didYouMean } from "./nearest.ts";
import { lookUp } from "./tree.ts";
import type { Written } from "./written.ts";

/** Enough of a value to recognise it by. */
const MAX_SHOWN = 80;

/** A value as a sentence shows it: short, and without a password where a URL holds one. */
export function show(value: unknown): string {
	const text = (JSON.stringify(value) ?? "nothing").replaceAll(/\/\/[^/@\s"]*@/g, "//***@");
	return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

const kindOf = (value: unknown): string =>
	Array.isArray(value) ? "a list" : `a ${typeof value === "string" ? "text" : typeof value}`;

/** The place of a value as its author knows it: the variable that set it, or the path in the file. */
export function placeOf(written: Written, path: readonly PropertyKey[]): string {
	for (let length = path.length; length > 0; length--) {
		const variable = written.variables.get(path.slice(0, length).join("."));
		if (variable !== undefined) return variable;
	}
	return path.reduce<string>((text, name) => {
		if (typeof name === "number") return `${text}[${name}]`;
		return text === "" ? String(name) : `${text}.${String(name)}`;
	}, "");
}

function unknownKey(role: Role, written: Written, above: readonly PropertyKey[], name: string): string {
	const start = above.length === 0 ? "" : `${above.join(".")}.`;
	const path = `${start}${name}`;
	const isIt = (key: Key): boolean => key.path === path || key.path.startsWith(`${path}.`);
	const [other] = otherRoles(role, isIt);
	if (other) return `${path}: ${role} has no such key, ${other} has`;
	const siblings = keysOf(role)
		.filter((key) => key.path.startsWith(start))
		.map((key) => key.path.slice(start.length).split(".", 1)[0] ?? "");
	const choices = above[0] === "apps" ? ["delayMs", "segmentMs"] : [...new Set(siblings)];
	return `${placeOf(written, [...above, name])}: unknown key${above[0] === "apps" ? ` ${name}` : ""}${didYouMean(name, choices)}`;
}

function wrongValue(role: Role, written: Written, path: readonly PropertyKey[]): string {
	const dotted = path.join(".");
	const value = lookUp(written.tree, path);
	const key = keysOf(role).find((candidate) => dotted === candidate.path || dotted.startsWith(`${candidate.path}.`));
	if (!key) return `${placeOf(written, path)}: expected a map of keys, got ${kindOf(value)}`;
	const got = key.note.secret ? "" : `, got ${show(value)}`;
	return `${placeOf(written, path)}: expected ${key.note.allowed}${got}`;
}

/** One sentence for each thing the schema found wrong. */
export function sentences(role: Role, written: Written, issues: readonly z.core.$ZodIssue[]): string[] {
	return issues.flatMap((issue) =>
		issue.code === "unrecognized_keys"
			? issue.keys.map((name) => unknownKey(role, written, issue.path, name))
			: [wrongValue(role, written, issue.path)],
	);
}
