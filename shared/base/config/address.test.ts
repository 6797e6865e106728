import { expect, test } from "vitest";
import { addressProblem, isLoopback, parseAddress } from "./address.ts";

const rtmp = (host: string, port = 1935, app?: string) => ({
	type: "rtmp",
	host,
	port,
	...(app !== undefined && { app }),
});
const node = (id: string) => ({ type: "node", id });

test.for([
	["origin1", node("origin1")],
	["edge_2-b", node("edge_2-b")],
	["7", node("7")],
	["localhost", rtmp("localhost")],
	["origin1:1936", rtmp("origin1", 1936)],
	["10.1.1.5", rtmp("10.1.1.5")],
	["10.1.1.5:1936", rtmp("10.1.1.5", 1936)],
	["media.example.org", rtmp("media.example.org")],
	["[::1]", rtmp("::1")],
	["[2001:db8::5]:1936", rtmp("2001:db8::5", 1936)],
	["rtmp://origin1", rtmp("origin1")],
	["RTMP://10.1.1.5:1936/", rtmp("10.1.1.5", 1936)],
	["rtmp://10.1.1.5/livestreamcast_origin", rtmp("10.1.1.5", 1935, "livestreamcast_origin")],
	["rtmp://[::1]:1936/live/", rtmp("::1", 1936, "live")],
] as const)("reads %s", ([text, address]) => {
	expect(parseAddress(text)).toEqual(address);
});

test.for([
	"",
	" ",
	"a b",
	"10.1.1.256",
	"10.1.1",
	"1.2.3.4.5",
	"origin1:",
	"origin1:0",
	"origin1:65536",
	"::1",
	"[::1",
	"[10.1.1.5]",
	"[]:1935",
	"-a.b",
	"x".repeat(65),
	"rtmp://",
	"rtmp://user:secret@host/live",
	"rtmp://host/live/more",
	"rtmp://host/li ve",
	"rtmps://host/live",
	"http://host/live",
])("takes %j for no address", (text) => {
	expect(parseAddress(text)).toBeUndefined();
});

test.for([
	["::1", "write an IPv6 address in brackets: [::1]"],
	["rtmps://h", 'upstreams are dialled over plain rtmp://, got "rtmps://h"'],
	["a b", 'expected a node id, host:port, an IP address or an rtmp:// URL, got "a b"'],
] as const)("explains %s", ([text, sentence]) => {
	expect(addressProblem(text)).toBe(sentence);
});

test.for([
	"127.0.0.1",
	"127.8.9.1",
	"::1",
	"0:0:0:0:0:0:0:1",
	"::ffff:127.0.0.1",
	"localhost",
	"LOCALHOST.",
	"a.localhost",
])("%s stays on this machine", (host) => {
	expect(isLoopback(host)).toBe(true);
});

test.for([
	"0.0.0.0",
	"::",
	"10.0.0.1",
	"128.0.0.1",
	"::2",
	"::ffff:10.0.0.1",
	"127.example.org",
	"localhost.example.org",
	"127.0.0.1.example.org",
])("%s may leave this machine", (host) => {
	expect(isLoopback(host)).toBe(false);
});
