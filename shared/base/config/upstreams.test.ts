import { expect, test } from "vitest";
import { ConfigError } from "#shared/base/errors";
import { readUpstreams } from "./upstreams.ts";

const files: Record<string, string> = {
	"host.ini": "server1 10.1.1.5;10.1.1.6 live",
	"bad.ini": "server 1 10.1.1.5;10.1.1.6 live\nb",
};

function read(value: unknown, role: "edge" | "intermediate" = "edge") {
	const problems: string[] = [];
	const readText = (path: string) => {
		const text = files[path];
		if (text === undefined) throw new ConfigError(`${path}: there is no such file`);
		return { name: path, text };
	};
	return { table: readUpstreams(role, value, { place: "upstreams", readText, problems }), problems };
}

const group1 = {
	label: "server1",
	primary: { type: "rtmp", host: "10.1.1.5", port: 1935 },
	secondary: { type: "rtmp", host: "10.1.1.6", port: 1935 },
	app: "live",
};

test.for([
	{
		name: "nothing",
		value: undefined,
		table: { type: "discover", tiers: [{ role: "intermediate" }, { role: "origin" }] },
	},
	{
		name: "discover",
		value: "discover",
		table: { type: "discover", tiers: [{ role: "intermediate" }, { role: "origin" }] },
	},
	{
		name: "tiers",
		value: { discover: ["intermediate/east", "origin"] },
		table: { type: "discover", tiers: [{ role: "intermediate", group: "east" }, { role: "origin" }] },
	},
	{ name: "one tier", value: { discover: "origin" }, table: { type: "discover", tiers: [{ role: "origin" }] } },
	{ name: "a host.ini", value: { hostIni: "host.ini" }, table: { type: "groups", groups: [group1] } },
	{
		name: "groups",
		value: [
			{ label: "server1", primary: "10.1.1.5", secondary: "10.1.1.6", app: "live" },
			{ label: "b", primary: "o1", secondary: "o1" },
		],
		table: { type: "groups", groups: [group1, { label: "b", primary: { type: "node", id: "o1" } }] },
	},
	{
		name: "a node id YAML takes for a number",
		value: [{ label: "a", primary: 7 }],
		table: { type: "groups", groups: [{ label: "a", primary: { type: "node", id: "7" } }] },
	},
])("an edge reads $name", ({ value, table }) => {
	expect(read(value)).toEqual({ table, problems: [] });
});

test("an intermediate looks for origins", () => {
	expect(read(undefined, "intermediate").table).toEqual({ type: "discover", tiers: [{ role: "origin" }] });
});

const EXPECTED = "expected a list of groups, {hostIni: FILE}, {discover: [origin]} or discover";
test.for<{ value: unknown; problems: string[] }>([
	{ value: 5, problems: [`upstreams: ${EXPECTED}, got 5`] },
	{ value: "origin1", problems: [`upstreams: ${EXPECTED}, got "origin1"`] },
	{
		value: { discover: "origin", hostIni: "x" },
		problems: [`upstreams: ${EXPECTED}, got {"discover":"origin","hostIni":"x"}`],
	},
	{ value: [], problems: ["upstreams: expected at least one group, got an empty list"] },
	{ value: { hostIni: 5 }, problems: ["upstreams: hostIni: expected the path of a host.ini, got 5"] },
	{ value: { hostIni: "gone.ini" }, problems: ["gone.ini: there is no such file"] },
	{
		value: { hostIni: "bad.ini" },
		problems: [
			'bad.ini: line 1: a label has no space in it: write "server1" for "server 1"\nbad.ini: line 2: "b" is alone on its line, expected "label primary;secondary app"',
		],
	},
	{
		value: { discover: ["origin", "edge"] },
		problems: [
			'upstreams: discover: expected origin, intermediate or one of them with a group (origin/server1), got "edge"',
		],
	},
	{
		value: { discover: [] },
		problems: [
			"upstreams: discover: expected origin, intermediate or one of them with a group (origin/server1), got []",
		],
	},
	{
		value: ["o1"],
		problems: ['upstreams[0]: expected a group such as {label: server1, primary: 192.0.2.5}, got "o1"'],
	},
	{
		value: [
			{ label: "a", primary: "o1" },
			{ label: "a", primry: "o2", app: "a/b" },
		],
		problems: [
			"upstreams[1]: unknown key primry, did you mean primary?",
			'upstreams[1].app: expected an app name, got "a/b"',
			'upstreams[1].primary: expected a node id, host:port, an IP address or an rtmp:// URL, got ""',
		],
	},
	{
		value: [
			{ label: "a", primary: "o1" },
			{ label: "a", primary: "o2" },
		],
		problems: ['upstreams: the label "a" is there twice'],
	},
	{
		value: [{ primary: "o1" }],
		problems: ['upstreams[0].label: expected a label of letters, digits, "_", "." and "-", got nothing'],
	},
])("explains $value", ({ value, problems }) => {
	expect(read(value).problems).toEqual(problems);
});
