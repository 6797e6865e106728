import fc from "fast-check";
import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import type { StreamItem } from "./stream-item.ts";
import { audio, inter, key, packet, setUp } from "./test-stage.ts";

// ISO/IEC 14496-3 table 1.18: AAC-LC of 44.1 and of 48 kHz, two channels.
const AAC_44 = packet("audio", "header", 0, Buffer.from("af001210", "hex"));
const AAC_48 = packet("audio", "header", 0, Buffer.from("af001190", "hex"));

type Step = "p" | "K" | "a" | "44" | "48" | "break" | "take";
/** A packet, the header in force at it, and how many discontinuities were before it. */
type Written = { readonly packet: MediaPacket; readonly header: MediaPacket; readonly breaks: number };

/** What a reader with room for so many packets gets of all this, taking all that waits before a last keyframe. */
function run(steps: readonly Step[], room: number): { written: Written[]; items: StreamItem[] } {
	const { hub, read, write } = stage();
	const written: Written[] = [];
	let [header, breaks] = [AAC_44, 0];
	const put = (next: MediaPacket): void => {
		if (next.role === "header") header = next;
		written.push({ packet: next, header, breaks });
		write(next);
	};
	put(AAC_44);
	put(key(0));
	const reader = read(room * 257);
	const items = [...reader.take()];
	steps.forEach((step, index) => {
		if (step === "take") items.push(...reader.take());
		else if (step !== "break")
			put({ p: inter(index + 1), K: key(index + 1), a: audio(index + 1), 44: AAC_44, 48: AAC_48 }[step]);
		else {
			hub.discontinuity();
			breaks++;
		}
	});
	items.push(...reader.take());
	put(key(1000));
	return { written, items: [...items, ...reader.take()] };
}

function stage() {
	const { hub, write } = setUp();
	return { hub, write, read: (maxBytes: number) => hub.read({ maxBytes, onReadable: () => {} }) };
}

/** What a reader knows at a packet it got. */
type Got = {
	readonly packet: MediaPacket;
	readonly config: MediaPacket | undefined;
	readonly skipped: number;
	readonly isBroken: boolean;
};

function gotOf(items: readonly StreamItem[]): Got[] {
	const got: Got[] = [];
	let config: MediaPacket | undefined;
	let [skipped, isBroken] = [0, false];
	for (const item of items) {
		if (item.type === "config") config = item.header;
		if (item.type === "skipped") skipped += item.packets;
		if (item.type === "discontinuity") isBroken = true;
		if (item.type !== "packet") continue;
		got.push({ packet: item.packet, config, skipped, isBroken });
		[skipped, isBroken] = [0, false];
	}
	return got;
}

const step = fc.oneof(
	{ weight: 6, arbitrary: fc.constant<Step>("p") },
	{ weight: 3, arbitrary: fc.constantFrom<Step>("K", "a", "take") },
	{ weight: 1, arbitrary: fc.constantFrom<Step>("44", "48", "break") },
);

test("whatever a reader misses it is told of: it goes on at a keyframe, and knows what is in force there", () => {
	fc.assert(
		fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 0, max: 12 }), (steps, room) => {
			const { written, items } = run(steps, room);
			let before = 0;
			for (const { packet: each, config, skipped, isBroken } of gotOf(items)) {
				const at = written.findIndex(({ packet: candidate }) => candidate === each);
				const missing = written.slice(before + 1, at).filter(({ packet: { role } }) => role !== "header");
				if (skipped > 0) expect(each.role).toBe("keyframe");
				else expect(missing).toEqual([]);
				expect(skipped).toBeGreaterThanOrEqual(missing.length);
				expect(skipped).toBeLessThan(Math.max(1, at - before));
				expect(config?.payload).toEqual(written[at]?.header.payload);
				expect(isBroken).toBe(at > 1 && written[at]?.breaks !== written[before]?.breaks);
				before = at;
			}
			expect(before > 1).toBe(room > 0);
		}),
	);
});
