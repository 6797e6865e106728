import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { framesOf } from "../support/clip.ts";
import { FLAWLESS, judge } from "../support/frame-judge.ts";
import { heavyClip } from "../support/heavy-clip.ts";
import { startLab } from "../support/lab.ts";
import { metric } from "../support/metrics.ts";
import { Program } from "../support/process.ts";
import { readmeRecipe, substitute } from "../support/readme.ts";
import { TestViewer } from "../support/rtmp-peer.ts";
import { TempFolder } from "../support/temp-folder.ts";

/** Of both tracks, a second of the clip. */
const FRAMES_A_SECOND = 77;
/** At this rate the kernel takes what nobody reads for two seconds, and the encoder's queue for less. */
const FREEZE_SECONDS = 8;
const MEGABITS_PER_SECOND = 12;

const identify = ({ kind, payload }: MediaPacket): string => kind + createHash("sha1").update(payload).digest("hex");

test("README's line for two origins feeds viewers through the death of one, and its return, and the freeze of the other", async () => {
	await using lab = await startLab(["--no-demo", "--intermediates", "0", "--edges", "1"]);
	const [dies, freezes, edge] = ["origin1", "origin2", "edge1"].map((id) => lab.node(id));
	if (!dies || !freezes || !edge) throw new Error("the lab lacks a node");
	using folder = new TempFolder();
	const clip = heavyClip({ seconds: 50, megabitsPerSecond: MEGABITS_PER_SECOND });
	const recipe = substitute(readmeRecipe("-f tee"), {
		"rtmp://192.0.2.11": dies.rtmp,
		"rtmp://192.0.2.12": freezes.rtmp,
		"input.mp4": folder.writeFlv("clip.flv", clip),
		// The shell makes way for it, so that it is ended with the test.
		"ffmpeg ": "exec ffmpeg -nostdin ",
	});
	await using encoder = new Program("sh", ["-c", recipe], { apt: "ffmpeg" });
	using viewer = new TestViewer(`${edge.rtmp}/live/news`);
	const seconds = (): number => framesOf(viewer.packets).length / FRAMES_A_SECOND;
	const seesMore = async (more: number): Promise<void> => {
		const until = seconds() + more;
		await expect.poll(seconds, { message: encoder.output.slice(-1000), timeout: 30_000 }).toBeGreaterThan(until);
	};
	await seesMore(1);

	process.kill(dies.pid, "SIGKILL");
	// The encoder and the edge are back at it.
	const connections = () => metric(dies.http, "millrace_connections").catch(() => 0);
	await expect.poll(connections, { timeout: 30_000 }).toBe(2);
	await seesMore(2);

	process.kill(freezes.pid, "SIGSTOP");
	await seesMore(FREEZE_SECONDS).finally(() => process.kill(freezes.pid, "SIGCONT"));
	await seesMore(2);

	expect(judge(clip, viewer.packets, { ended: false, identify })).toMatchObject(FLAWLESS);
	expect(viewer.ended).toBeUndefined();
	expect(encoder.isOver).toBe(false);
});
