import { Recording } from "./players.ts";
import { Program } from "./process.ts";

const APT = "gstreamer1.0-tools gstreamer1.0-plugins-good gstreamer1.0-plugins-bad";

/** A GStreamer pipeline; one that lacks an element says which packages bring it. */
class Pipeline extends Program {
	constructor(pipeline: string) {
		super("gst-launch-1.0", ["--quiet", ...pipeline.split(/\s+/)], { apt: APT });
	}

	override get output(): string {
		const [, element] = /no element "([^"]+)"/.exec(super.output) ?? [];
		return element === undefined ? super.output : `no element ${element} is installed: run apt-get install ${APT}`;
	}
}

/** Publishes an FLV file by rtmp2sink in real time; ends when the file does. */
export function publishWithGStreamer(file: string, url: string): Program {
	const tracks = "in.video ! queue ! out.video in.audio ! queue ! out.audio";
	return new Pipeline(
		`filesrc location=${file} ! flvdemux name=in ${tracks} flvmux name=out streamable=true ! rtmp2sink sync=true location=${url}`,
	);
}

/** Plays by rtmp2src. */
export function playWithGStreamer({ url, file }: { url: string; file: string }): Recording {
	return new Recording(new Pipeline(`rtmp2src location=${url} ! filesink location=${file}`), file);
}
