import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { StartError } from "#shared/base/errors";
import { demoClip } from "../../../cli/project.ts";
import type { StagePlan } from "./plan.ts";

/** Three encoders' settings for the same pictures and sound: different bytes and headers, equal tracks and groups of pictures. */
const ENCODERS = [
	{ name: "encoder1", video: ["-preset", "superfast", "-profile:v", "main", "-crf", "30"], audio: ["-b:a", "64k"] },
	{
		name: "encoder2",
		video: ["-preset", "superfast", "-profile:v", "high", "-crf", "25", "-refs", "2"],
		audio: ["-b:a", "96k"],
	},
	{
		name: "encoder3",
		video: ["-preset", "superfast", "-profile:v", "high", "-level", "4.1", "-crf", "32"],
		audio: ["-b:a", "48k"],
	},
] as const;

/** The files that may be published: one, or those of different encoders. New ones go to `folder`. Throws StartError. */
export async function filesOf({ feeds }: StagePlan, folder: string): Promise<readonly string[]> {
	if (feeds === "identical") return [demoClip()];
	return await Promise.all(
		ENCODERS.map(async ({ name, video, audio }) => {
			const file = join(folder, `${name}.flv`);
			const common = ["-v", "error", "-y", "-i", demoClip(), "-c:v", "libx264", "-g", "30", "-sc_threshold", "0"];
			try {
				await promisify(execFile)("ffmpeg", [...common, ...video, "-bf", "0", "-c:a", "aac", ...audio, file]);
			} catch (error) {
				throw new StartError("ffmpeg did not encode the demo clip", { cause: error });
			}
			return file;
		}),
	);
}
