import fc from "fast-check";
import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import type { Reader } from "./reader.ts";
import { packet, setUp, Viewer } from "./test-stage.ts";

type Step =
	| { do: "write"; what: "header" | "keyframe" | "frame"; isLarge: boolean }
	| { do: "join"; delayMs: number }
	| { do: "queue"; who: number; bytes: number }
	| { do: "leave"; who: number }
	| { do: "wait"; ms: number };

const who = fc.nat(5);
const step: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.record({
			do: fc.constant("write" as const),
			what: fc.constantFrom("header", "keyframe", "frame", "frame", "frame"),
			isLarge: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
		}),
	},
	{ weight: 2, arbitrary: fc.record({ do: fc.constant("join" as const), delayMs: fc.constantFrom(0, 20, 50) }) },
	{
		weight: 2,
		arbitrary: fc.record({ do: fc.constant("queue" as const), who, bytes: fc.constantFrom(0, 400, 65_536) }),
	},
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const), who }) },
	{ weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat(40) }) },
);

const LETTERS = { header: "H", keyframe: "K", frame: "p" } as const;

/** `H7 K8 p9 …`: what the stream was, and the header in force at each packet. */
class Stream {
	readonly names: string[] = [];
	readonly headers: (string | undefined)[] = [];

	next(what: keyof typeof LETTERS, isLarge: boolean): MediaPacket {
		const seq = this.names.length;
		const name = `${LETTERS[what]}${seq}`;
		this.names.push(name);
		this.headers.push(what === "header" ? name : this.headers.at(-1));
		return packet("video", what, seq, isLarge ? `${name}#${"x".repeat(40_000)}` : name);
	}
}

/** Reads what a viewer got as the stream it plays: whole from a keyframe on, in order, with the right header. */
function expectPlayable(stream: Stream, received: readonly string[]): void {
	let header: string | undefined;
	let position = Number.NaN;
	for (const name of received) {
		const seq = Number(name.slice(1));
		expect(stream.names[seq]).toBe(name);
		// A header out of turn comes before a keyframe; one in its turn moves the position like any packet.
		if (name.startsWith("H") && seq !== position + 1) header = name;
		else {
			if (seq !== position + 1) {
				expect(name.startsWith("K") && !(seq <= position)).toBe(true);
				expect(header).toBe(stream.headers[seq]);
			}
			if (name.startsWith("H")) header = name;
			position = seq;
		}
	}
}

const namesOf = (viewer: Viewer): string[] =>
	viewer.texts
		.join("")
		.split(" ")
		.filter((word) => word !== "hello" && word !== "")
		.map((word) => word.split(/[#@]/, 1)[0] ?? "");

test("whatever happens, each reader gets whole runs of the stream, each from a keyframe with its header", {
	timeout: 30_000,
}, () => {
	fc.assert(
		fc.property(fc.array(step, { minLength: 20, maxLength: 150 }), (steps) => {
			const stage = setUp({ historyBytes: 100_000 });
			const stream = new Stream();
			const joined: { viewer: Viewer; reader: Reader }[] = [];
			const act = (each: Step): void => {
				switch (each.do) {
					case "write":
						stage.write(stream.next(each.what, each.isLarge));
						return;
					case "wait":
						stage.clock.advance(each.ms);
						return;
					case "join": {
						const [viewer, bounds] = [new Viewer(), { queueBytes: 500, evictMs: 1e9 }];
						joined.push({ viewer, reader: stage.join(viewer, { delayMs: each.delayMs, bounds }) });
						return;
					}
					case "queue": {
						const viewer = joined[each.who]?.viewer;
						if (each.bytes === 0) viewer?.drain();
						else if (viewer) viewer.queuedBytes = each.bytes;
						return;
					}
					default:
						joined[each.who]?.reader.leave();
				}
			};
			for (const each of steps) act(each);
			for (const { viewer } of joined) viewer.drain();
			for (const what of ["keyframe", "frame"] as const) {
				act({ do: "write", what, isLarge: false });
				act({ do: "wait", ms: 50 });
			}
			for (const { viewer, reader } of joined) {
				const received = namesOf(viewer);
				expectPlayable(stream, received);
				const { state } = reader.stats;
				expect(["live", "left"]).toContain(state);
				if (state === "live") expect(received.at(-1)).toBe(stream.names.at(-1));
			}
		}),
		{ numRuns: 200 },
	);
});
