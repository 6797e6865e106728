import fc from "fast-check";
import { expect, test } from "vitest";
import { ConfigError } from "#shared/base/errors";
import { parseHostIni } from "./host-ini.ts";

const at = (host: string, port = 1935) => ({ type: "rtmp", host, port });
const one = { label: "server1", primary: at("10.1.1.5"), secondary: at("10.1.1.6"), app: "livestreamcast_origin" };

/** The file of the product's manual: three groups, the last of them with one server. */
const MANUAL = `# secondary origin available from Encoder 1
server1 192.168.1.1;192.168.1.2 livestreamcast_origin
# secondary origin available from same Encoder 2
server2 192.168.1.5;192.168.1.6 livestreamcast_origin
# no secondary in the group from Encoder 3
server3 192.168.1.7;192.168.1.7 livestreamcast_origin
`;

/** As the manual's columns print it: the app on a line of its own, blanks at line ends. */
const WRAPPED = `#Server Group 1: Primary and Secondary
server1 192.168.1.1;192.168.1.2\u0020
livestreamcast_origin\u0020
\u0020
server2 192.168.1.5;192.168.1.6\u0020
livestreamcast_origin\u0020
server3 192.168.1.7;192.168.1.7
livestreamcast_origin`;

const MANUAL_GROUPS = [
	{ label: "server1", primary: at("192.168.1.1"), secondary: at("192.168.1.2"), app: "livestreamcast_origin" },
	{ label: "server2", primary: at("192.168.1.5"), secondary: at("192.168.1.6"), app: "livestreamcast_origin" },
	{ label: "server3", primary: at("192.168.1.7"), app: "livestreamcast_origin" },
];

test.for([
	{ name: "the manual's file", text: MANUAL, groups: MANUAL_GROUPS },
	{ name: "the manual's printed form", text: WRAPPED, groups: MANUAL_GROUPS },
	{ name: "tabs", text: "server1\t10.1.1.5;10.1.1.6\tlivestreamcast_origin", groups: [one] },
	{
		name: "CRLF and a byte order mark",
		text: "\uFEFFserver1 10.1.1.5;10.1.1.6 livestreamcast_origin\r\n\r\n",
		groups: [one],
	},
	{ name: "the line ends of old Macs", text: "# a\rserver1 10.1.1.5;10.1.1.6 livestreamcast_origin\r", groups: [one] },
	{ name: "blanks around the semicolon", text: "  server1 10.1.1.5 ; 10.1.1.6 livestreamcast_origin", groups: [one] },
	{
		name: "a group without an app, then another",
		text: "a o1;o2\nb o3;o4 live",
		groups: [
			{ label: "a", primary: { type: "node", id: "o1" }, secondary: { type: "node", id: "o2" } },
			{ label: "b", primary: { type: "node", id: "o3" }, secondary: { type: "node", id: "o4" }, app: "live" },
		],
	},
	{
		name: "one address, ports and URLs",
		text: "a o1 live\nb h:1936;rtmp://h2/x live",
		groups: [
			{ label: "a", primary: { type: "node", id: "o1" }, app: "live" },
			{ label: "b", primary: at("h", 1936), secondary: { ...at("h2"), app: "x" }, app: "live" },
		],
	},
])("reads $name", ({ text, groups }) => {
	expect(parseHostIni(text)).toEqual(groups);
});

test.for([
	["", 'host.ini: names no server group, expected lines of "label primary;secondary app"'],
	["# only this\n\n", 'host.ini: names no server group, expected lines of "label primary;secondary app"'],
	[
		"server 1 192.168.1.1;192.168.1.2 livestreamcast_origin",
		'host.ini: line 1: a label has no space in it: write "server1" for "server 1"',
	],
	["server 1 192.168.1.7 live", 'host.ini: line 1: a label has no space in it: write "server1" for "server 1"'],
	[
		"; a;b live",
		'host.ini: line 1: a line starts with the label of its group ("label primary;secondary app"), and a comment with "#"',
	],
	[
		"a;b live",
		'host.ini: line 1: a line starts with the label of its group ("label primary;secondary app"), and a comment with "#"',
	],
	["a x;y live\n\nlive", 'host.ini: line 3: "live" is alone on its line, expected "label primary;secondary app"'],
	["live\na x;y", 'host.ini: line 1: "live" is alone on its line, expected "label primary;secondary app"'],
	["a x;y;z live", 'host.ini: line 1: a group has a primary and a secondary, "x;y;z" names 3 servers'],
	["a x;  \nlive", 'host.ini: line 1: "x;" has only one server: write it on both sides of the ";"'],
	[
		"a x; live",
		'host.ini: line 1: remove the blanks beside the ";": they make it unclear what is a server and what the app in "a x;live"',
	],
	["a x;y live # best", "host.ini: line 1: a comment stands on a line of its own"],
	["a x;y live more of it", 'host.ini: line 1: "more of it" is more than "label primary;secondary app"'],
	[
		"a 10.1.1.256;y live",
		'host.ini: line 1: expected a node id, host:port, an IP address or an rtmp:// URL, got "10.1.1.256"',
	],
	["a x;::1 live", "host.ini: line 1: write an IPv6 address in brackets: [::1]"],
	["a x;y li/ve", 'host.ini: line 1: expected an app name, got "li/ve"'],
	["a x;y\nli/ve", 'host.ini: line 2: expected an app name, got "li/ve"'],
	["é x;y live", 'host.ini: line 1: expected a label of letters, digits, "_", "." and "-", got "é"'],
	["a x;y live\n#\na x;z live", 'host.ini: line 3: the label "a" is taken by line 1'],
] as const)("explains %j", ([text, sentence]) => {
	expect(() => parseHostIni(text)).toThrow(new ConfigError(sentence));
});

test("tells all mistakes at once, and forgives the app below a wrong line", () => {
	const text = "server 1 10.1.1.5;10.1.1.6 live\nb 10.1.1.256;x\nlive\nc x;y live\nc x;y live";
	expect(() => parseHostIni(text, "/etc/host.ini")).toThrow(
		new ConfigError(
			[
				'/etc/host.ini: line 1: a label has no space in it: write "server1" for "server 1"',
				'/etc/host.ini: line 2: expected a node id, host:port, an IP address or an rtmp:// URL, got "10.1.1.256"',
				'/etc/host.ini: line 5: the label "c" is taken by line 4',
			].join("\n"),
		),
	);
});

const words = fc.constantFrom(
	"server1",
	"10.1.1.5;10.1.1.6",
	";",
	" ",
	"\n",
	"\t",
	"#",
	"rtmp://h/x",
	"::",
	"[",
	"é",
	"\r",
);
test("any text gives groups or a ConfigError", () => {
	fc.assert(
		fc.property(
			fc.oneof(
				fc.string(),
				fc.array(words).map((parts) => parts.join("")),
			),
			(text) => {
				try {
					expect(parseHostIni(text).length).toBeGreaterThan(0);
				} catch (error) {
					expect(error).toBeInstanceOf(ConfigError);
				}
			},
		),
	);
});
