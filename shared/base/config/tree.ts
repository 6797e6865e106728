/** Configuration as it was written, before it is checked. */
export type Tree = { [name: string]: unknown };

/** True for what a map in YAML becomes. */
export const isTree = (value: unknown): value is Tree =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** Puts `value` at a dotted path. A value on the way that is not a map is replaced. */
export function place(tree: Tree, path: string, value: unknown): void {
	const names = path.split(".");
	const last = names.pop() ?? "";
	let at = tree;
	for (const name of names) {
		const next = at[name];
		const below: Tree = isTree(next) ? next : {};
		at[name] = below;
		at = below;
	}
	at[last] = value;
}

/** Removes the value at a dotted path, if there is one. */
export function remove(tree: Tree, path: string): void {
	const names = path.split(".");
	const last = names.pop() ?? "";
	const above = lookUp(tree, names);
	if (isTree(above)) delete above[last];
}

/** The value at a path, or undefined. */
export function lookUp(tree: unknown, path: readonly PropertyKey[]): unknown {
	return path.reduce<unknown>((at, name) => {
		if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
		return Reflect.get(at, name);
	}, tree);
}

/** A copy without empty keys (`key:` without a value): they count as not written. */
export function withoutNulls(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutNulls);
	if (!isTree(value)) return value;
	return Object.fromEntries(
		Object.entries(value).flatMap(([name, inner]) => (inner === null ? [] : [[name, withoutNulls(inner)]])),
	);
}
