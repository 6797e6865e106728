import { expect, test } from "vitest";
import { Groups } from "./groups.ts";

test.for([
	{
		name: "a keyframe each second",
		packets: [
			["17", 0],
			["27", 40],
			["17", 1000],
		],
		want: [true, false, true],
	},
	{
		name: "keyframes of further tracks at the same time",
		packets: [
			["90", 0],
			["96", 0],
			["96", 0],
			["90", 1000],
		],
		want: [true, false, false, true],
	},
	{
		name: "a main track that comes second",
		packets: [
			["96", 0],
			["90", 0],
		],
		want: [true, false],
	},
	{
		name: "an encoder whose time stands still",
		packets: [
			["17", 0],
			["17", 0],
		],
		want: [true, true],
	},
] as const)("a group starts with $name", ({ packets, want }) => {
	const groups = new Groups();
	const starts = packets.map(([hex, time]) =>
		groups.startsWith({
			kind: "video",
			role: hex === "27" ? "frame" : "keyframe",
			time,
			payload: Buffer.from(hex, "hex"),
		}),
	);
	expect(starts).toEqual(want);
});
