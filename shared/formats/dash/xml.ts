/** What an element may hold. */
export type Xml = string;

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);

/** An element; attributes that are undefined are left out. */
export function element(name: string, attributes: Attributes, children: readonly Xml[] = []): Xml {
	const list = Object.entries(attributes).flatMap(([key, value]) =>
		value === undefined ? [] : [` ${key}="${escaped(`${value}`)}"`],
	);
	const open = `<${name}${list.join("")}`;
	return children.length === 0 ? `${open}/>` : `${open}>\n${children.join("\n")}\n</${name}>`;
}

/** An xs:duration. */
export const duration = (seconds: number): string => `PT${Number(seconds.toFixed(6))}S`;
