import { expect, test } from "vitest";
import { ConnectionLimits, placeOf } from "./connection-limits.ts";

test("bounds all connections and those of one address, and lets others in after a leave", () => {
	const limits = new ConnectionLimits({ connections: 3, connectionsPerAddress: 2 });
	expect([limits.enter("a"), limits.enter("a"), limits.enter("a")]).toEqual([
		undefined,
		undefined,
		"connections-per-address",
	]);
	expect([limits.enter("b"), limits.enter("c")]).toEqual([undefined, "connections"]);
	limits.leave("a");
	expect(limits.enter("c")).toBeUndefined();
	expect(limits.total).toBe(3);
});

test("one subscriber's IPv6 network is one address", () => {
	const limits = new ConnectionLimits({ connections: 9, connectionsPerAddress: 1 });
	expect(limits.enter("2001:db8:1:2::a")).toBeUndefined();
	expect(limits.enter("2001:db8:1:2:ffff::b")).toBe("connections-per-address");
	expect(limits.enter("2001:db8:1:3::a")).toBeUndefined();
	limits.leave("2001:db8:1:2::a");
	expect(limits.enter("2001:db8:1:2::c")).toBeUndefined();
});

test.for([
	["192.0.2.7", "192.0.2.7"],
	["::ffff:192.0.2.7", "192.0.2.7"],
	["::1", "0:0:0:0::/64"],
	["::", "0:0:0:0::/64"],
	["2001:db8::", "2001:db8:0:0::/64"],
	["2001:0DB8::1:2:3:4", "2001:db8:0:0::/64"],
	["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
	["2001:db8:1::2:3:4:5", "2001:db8:1:0::/64"],
	["64:ff9b::192.0.2.7", "64:ff9b:0:0::/64"],
	["fe80::1%eth0", "fe80:0:0:0::/64"],
	["unknown", "unknown"],
] as const)("%s is counted as %s", ([address, place]) => {
	expect(placeOf(address)).toBe(place);
});

test("the last descriptors are kept for what is not a peer's", () => {
	const of = (files: number) => new ConnectionLimits({ connections: 9, connectionsPerAddress: 9 }, files);
	expect([of(1024).enter("a", 959), of(1024).enter("a", 960)]).toEqual([undefined, "open-files"]);
	expect([of(64).enter("a", 47), of(64).enter("a", 48)]).toEqual([undefined, "open-files"]);
	expect(of(Number.POSITIVE_INFINITY).enter("a", 1_000_000)).toBeUndefined();
});
