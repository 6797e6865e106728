import type { Address } from "./address.ts";

/**
 * Servers that replace each other, as one line of a `host.ini` names them. Without a `secondary` the primary is retried
 * instead. `app` is the app to ask for, if it is not the app of the stream.
 */
export type ServerGroup = {
	readonly label: string;
	readonly primary: Address;
	readonly secondary?: Address;
	readonly app?: string;
};

/** Nodes of one role, and of one group if it is given. They are found by what they announce. */
export type UpstreamTier = { readonly role: "origin" | "intermediate"; readonly group?: string };

/** The servers a relay pulls from: groups in order of preference, or the nodes that tiers announce, nearest tier first. */
export type UpstreamTable =
	| { readonly type: "groups"; readonly groups: readonly ServerGroup[] }
	| { readonly type: "discover"; readonly tiers: readonly UpstreamTier[] };

const LABEL = /^[A-Za-z0-9_.-]{1,64}$/;

/** What a label is made of, as error sentences say it. */
export const LABEL_FORM = 'a label of letters, digits, "_", "." and "-"';

/** True for the label of a group. */
export const isLabel = (text: unknown): text is string => typeof text === "string" && LABEL.test(text);

/** Builds a group. If the secondary equals the primary, the group has one address. */
export function serverGroup(label: string, primary: Address, secondary?: Address, app?: string): ServerGroup {
	const second = secondary && JSON.stringify(secondary) !== JSON.stringify(primary) ? secondary : undefined;
	return { label, primary, ...(second && { secondary: second }), ...(app !== undefined && { app }) };
}
