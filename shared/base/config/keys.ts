import { z } from "zod";
import type { Role } from "./config.ts";
import { type FieldNote, notes } from "./field.ts";
import { schemas } from "./roles.ts";

/** One key of a role's configuration, as file, environment and reference see it. */
export type Key = {
	/** Dotted, as sentences and the reference write it. */
	readonly path: string;
	readonly variable: string;
	/** How the text of the variable is read: as it is, as YAML, or as a list with commas. */
	readonly kind: "text" | "yaml" | "list";
	readonly standard: unknown;
	readonly note: FieldNote;
};

/** Every variable of this program begins with it. */
export const PREFIX = "MILLRACE_";

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

/** `rtmp.port` → `MILLRACE_RTMP_PORT`. */
export const variableOf = (path: readonly string[]): string => PREFIX + path.map(snake).join("_");

function unwrap(schema: z.core.$ZodType): { inner: z.core.$ZodType; standard?: unknown } {
	if (schema instanceof z.ZodDefault) return { inner: schema.def.innerType, standard: schema.def.defaultValue };
	if (schema instanceof z.ZodPrefault || schema instanceof z.ZodExactOptional || schema instanceof z.ZodOptional) {
		return { inner: schema.def.innerType };
	}
	return { inner: schema };
}

function kindOf(inner: z.core.$ZodType): Key["kind"] {
	if (inner instanceof z.ZodString || inner instanceof z.ZodEnum) return "text";
	return inner instanceof z.ZodArray ? "list" : "yaml";
}

function collect(shape: z.core.$ZodShape, above: readonly string[]): Key[] {
	return Object.entries(shape).flatMap(([name, schema]): Key[] => {
		const path = [...above, name];
		const { inner, standard } = unwrap(schema);
		if (inner instanceof z.ZodObject) return collect(inner.shape, path);
		const note = notes.get(schema);
		if (!note) throw new Error(`${path.join(".")} has no note`);
		return [{ path: path.join("."), variable: variableOf(path), kind: kindOf(inner), standard, note }];
	});
}

/** Every key of a role, in the order of the reference. */
export const keysOf = (role: Role): readonly Key[] => collect(schemas[role].shape, []);

/** The roles that know a key or variable which `role` does not. */
export function otherRoles(role: Role, isIt: (key: Key) => boolean): Role[] {
	return (["origin", "intermediate", "edge"] as const).filter((other) => other !== role && keysOf(other).some(isIt));
}
