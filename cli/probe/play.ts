import type { Cancel } from "#shared/base/clock";
import { dialRtmp } from "#shared/net/rtmp";
import type { HttpUrl, RtmpUrl } from "../stream-url.ts";
import { playHttpFlv } from "./play-http-flv.ts";
import type { Viewer } from "./viewer.ts";

/** Plays as a viewer. The returned function leaves. */
export function play(url: RtmpUrl | HttpUrl, viewer: Viewer): Cancel {
	if (url.scheme === "http") return playHttpFlv(url.text, viewer);
	const { host, port, app, name, tcUrl } = url;
	const call = dialRtmp({
		mode: "play",
		host,
		port,
		app,
		name,
		tcUrl,
		onEvent: (event) => {
			if (event.type === "media") viewer.onPacket(event.packet);
		},
		onEnd: (error) => viewer.onEnd(error),
	});
	return () => call.close();
}
