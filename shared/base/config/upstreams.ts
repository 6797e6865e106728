import { ConfigError } from "#shared/base/errors";
import { isNodeId } from "#shared/base/names";
import { type Address, addressProblem, isAppName, parseAddress } from "./address.ts";
import type { Role } from "./config.ts";
import { parseHostIni } from "./host-ini.ts";
import { didYouMean } from "./nearest.ts";
import { show } from "./sentences.ts";
import {
	isLabel,
	LABEL_FORM,
	type ServerGroup,
	serverGroup,
	type UpstreamTable,
	type UpstreamTier,
} from "./server-groups.ts";
import { isTree, type Tree } from "./tree.ts";

/** What `readUpstreams` needs: the place to name in sentences, a reader of files, and a list for problems. */
export type UpstreamSource = {
	place: string;
	readText(path: string): { name: string; text: string };
	problems: string[];
};

const GROUP_KEYS = ["label", "primary", "secondary", "app"];
const NOTHING: UpstreamTable = { type: "groups", groups: [] };

/** The default tiers: an edge prefers intermediates, and takes origins if there are none. */
function standardTiers(role: Role): readonly UpstreamTier[] {
	return role === "edge" ? [{ role: "intermediate" }, { role: "origin" }] : [{ role: "origin" }];
}

function readTier(text: unknown): UpstreamTier | undefined {
	const [role, group, ...rest] = typeof text === "string" ? text.split("/") : [];
	if ((role !== "origin" && role !== "intermediate") || rest.length > 0) return undefined;
	if (group === undefined) return { role };
	return isNodeId(group) ? { role, group } : undefined;
}

function readTiers(value: unknown, { place, problems }: UpstreamSource): UpstreamTable {
	const items: readonly unknown[] = Array.isArray(value) ? value : [value];
	const tiers = items.map(readTier);
	const wrong = items[tiers.indexOf(undefined)];
	if (tiers.includes(undefined) || items.length === 0) {
		problems.push(
			`${place}: discover: expected origin, intermediate or one of them with a group (origin/server1), got ${show(wrong ?? value)}`,
		);
	}
	return { type: "discover", tiers: tiers.filter((tier) => tier !== undefined) };
}

function readHostIni(path: unknown, { place, readText, problems }: UpstreamSource): UpstreamTable {
	if (typeof path !== "string" || path === "") {
		problems.push(`${place}: hostIni: expected the path of a host.ini, got ${show(path)}`);
		return NOTHING;
	}
	try {
		const { name, text } = readText(path);
		return { type: "groups", groups: parseHostIni(text, name) };
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		problems.push(error.message);
		return NOTHING;
	}
}

function readAddress(value: unknown, place: string, problems: string[]): Address | undefined {
	const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
	const address = parseAddress(text);
	if (!address) problems.push(`${place}: ${addressProblem(text)}`);
	return address;
}

function checkGroup(value: Tree, place: string, problems: string[]): void {
	for (const name of Object.keys(value).filter((key) => !GROUP_KEYS.includes(key))) {
		problems.push(`${place}: unknown key ${name}${didYouMean(name, GROUP_KEYS)}`);
	}
	const { label, app } = value;
	if (!isLabel(label)) {
		problems.push(`${place}.label: expected ${LABEL_FORM}, got ${show(label)}`);
	}
	if (app !== undefined && (typeof app !== "string" || !isAppName(app))) {
		problems.push(`${place}.app: expected an app name, got ${show(app)}`);
	}
}

function readGroup(value: unknown, place: string, problems: string[]): ServerGroup | undefined {
	if (!isTree(value)) {
		problems.push(`${place}: expected a group such as {label: server1, primary: 192.0.2.5}, got ${show(value)}`);
		return undefined;
	}
	checkGroup(value, place, problems);
	const primary = readAddress(value["primary"], `${place}.primary`, problems);
	const second = value["secondary"];
	const secondary = second === undefined ? undefined : readAddress(second, `${place}.secondary`, problems);
	const { label, app } = value;
	return primary && serverGroup(String(label), primary, secondary, typeof app === "string" ? app : undefined);
}

function readGroups(items: readonly unknown[], { place, problems }: UpstreamSource): UpstreamTable {
	if (items.length === 0) problems.push(`${place}: expected at least one group, got an empty list`);
	const groups = items
		.map((item, index) => readGroup(item, `${place}[${index}]`, problems))
		.filter((group) => group !== undefined);
	const labels = groups.map((group) => group.label);
	const twice = labels.find((label, index) => labels.indexOf(label) !== index);
	if (twice !== undefined) problems.push(`${place}: the label ${show(twice)} is there twice`);
	return { type: "groups", groups };
}

/** Reads one of the three ways to name upstreams. Problems are collected. Use the table only if there are none. */
export function readUpstreams(role: Role, value: unknown, source: UpstreamSource): UpstreamTable {
	if (value === undefined || value === "discover") return { type: "discover", tiers: standardTiers(role) };
	if (Array.isArray(value)) return readGroups(value, source);
	if (isTree(value) && Object.keys(value).length === 1) {
		if ("discover" in value) return readTiers(value["discover"], source);
		if ("hostIni" in value) return readHostIni(value["hostIni"], source);
	}
	source.problems.push(
		`${source.place}: expected a list of groups, {hostIni: FILE}, {discover: [origin]} or discover, got ${show(value)}`,
	);
	return NOTHING;
}
