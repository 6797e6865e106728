import type { Command } from "commander";
import { seconds, wholeNumber } from "./arguments.ts";
import type { PublishOptions } from "./publish/publish.ts";

/** Timestamps on the wire have 32 bits. A stream may start just before they wrap. */
const MAX_START_MS = 2 ** 32 - 1;

/** Adds `millrace publish`. */
export function addPublish(program: Command): void {
	program
		.command("publish")
		.summary("publish an FLV file in real time, to several servers at once")
		.description(
			"Publishes an FLV file in real time and sends the same frames to every URL. A lost server is dialled again every second.",
		)
		.argument("<file>", "the FLV file")
		.argument("<url...>", "one or more addresses, such as rtmp://127.0.0.1:1935/live/demo")
		.option("--loop", "start again at the end of the file; timestamps keep rising")
		.option("--seconds <n>", "stop after this many seconds", seconds)
		.option("--start-at <ms>", "timestamp of the first frame", wholeNumber(0, MAX_START_MS), 0)
		.action(async (file: string, urls: string[], options: PublishOptions) => {
			const { publish } = await import("./publish/publish.ts");
			await publish(file, urls, options);
		});
}
