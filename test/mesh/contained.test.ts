import { expect, test } from "vitest";
import type { PublishDesk } from "#shared/doors/rtmp";
import { demoClip } from "../support/clip.ts";
import { RawClient } from "../support/raw-client.ts";
import { EMPTY_SOURCE, OPEN_DESK, TestDoor } from "../support/test-door.ts";

const mistake = (): never => {
	throw new TypeError("a mistake on purpose");
};

/** A desk where everything goes well for all streams but `broken`. */
const desk = (broken: Partial<ReturnType<PublishDesk["publish"]> & object>): PublishDesk => ({
	...OPEN_DESK,
	publish: (key) => ({ write: () => {}, isSilent: () => false, end: () => {}, ...(key === "live/broken" && broken) }),
});

type Row = {
	what: string;
	behind: Parameters<typeof TestDoor.open>[0];
	does(client: RawClient): Promise<void>;
};

const rows: Row[] = [
	{
		what: "a publish",
		behind: {
			desk: { ...OPEN_DESK, publish: (key, who) => (key === "live/broken" ? mistake() : OPEN_DESK.publish(key, who)) },
		},
		does: async (client) => client.tell("publish", await client.createStream(), "broken", "live"),
	},
	{
		what: "a frame",
		behind: { desk: desk({ write: mistake }) },
		does: async (client) => client.sendMedia(await client.publish("broken"), demoClip().slice(0, 5)),
	},
	{
		what: "the end of a connection",
		behind: { desk: desk({ end: mistake }) },
		does: async (client) => {
			await client.publish("broken");
			client[Symbol.dispose]();
		},
	},
	{
		what: "a play",
		behind: { source: { ...EMPTY_SOURCE, open: async () => mistake() }, desk: OPEN_DESK },
		does: async (client) => client.tell("play", await client.createStream(), "broken"),
	},
	{
		what: "FCSubscribe",
		behind: { source: { ...EMPTY_SOURCE, knows: async () => mistake() }, desk: OPEN_DESK },
		does: async (client) => client.tell("FCSubscribe", 0, "broken"),
	},
	{
		what: "the path of a stream",
		behind: { source: { ...EMPTY_SOURCE, hops: mistake }, desk: OPEN_DESK },
		does: async (client) => client.tell("play", await client.createStream(), "broken"),
	},
];

test.for(rows)(
	"a mistake of ours in $what ends that connection, counted, and no other",
	async ({ behind, does, what }) => {
		await using door = await TestDoor.open(behind);
		using other = await RawClient.connect(door.rtmp);
		const publishing = await other.publish("cam");
		// A node is asked where it stands in the stream's way.
		using client = await RawClient.connect(
			door.rtmp,
			"live",
			what.startsWith("the path") ? { millrace: { node: "e9" } } : {},
		);
		await does(client);
		await client.closed;
		await expect.poll(() => door.closedFor("internal")).toBe(1);
		other.sendMedia(publishing, demoClip().slice(0, 5));
		await other.call("_checkbw", null);
	},
);
