import { note, say } from "../terminal.ts";
import { type Guide, guideText } from "./guide.ts";
import type { Mesh } from "./mesh.ts";
import type { Chronicle } from "./supervisor.ts";

/** The reports of the lab, in the order of events. */
export type LabReport = Chronicle & {
	/** A step of the start or the stop. */
	step(what: string): void;
	/** All nodes listen; `folder` has their logs. */
	ready(mesh: Mesh, folder: string): void;
	/** The demo plays at this address, or did not play in time. */
	playing(url: string, isPlaying: boolean): void;
	/** Everything runs. */
	guide(guide: Guide): void;
	/** All processes are gone; `folder` has their logs still. */
	over(folder: string): void;
};

const line = (event: object): void => say(JSON.stringify(event));

/** One JSON object a line. */
export const reportAsJson: LabReport = {
	step: () => {},
	ready: ({ nats, nodes }, folder) => line({ event: "ready", nats: nats.url, nodes, natsPid: nats.pid, logs: folder }),
	playing: (url, isPlaying) => line({ event: isPlaying ? "playing" : "not-playing", url }),
	guide: () => {},
	over: (folder) => line({ event: "over", logs: folder }),
	exited: ({ id, pid, exit }) => line({ event: "exit", id, pid, ...exit }),
	restarted: (id, pid) => line({ event: "restart", id, pid }),
};

/** Lines for a person. */
export const reportForPeople: LabReport = {
	step: note,
	ready: () => {},
	playing: (url, isPlaying) => {
		if (!isPlaying) note(`the demo cannot be watched at ${url} yet`);
	},
	guide: (guide) => say(guideText(guide)),
	over: (folder) => note(`logs are in ${folder} until the next lab begins`),
	exited: ({ id, pid, exit: { code, signal }, lastLines, restarts }) => {
		const how = signal ? `was killed by ${signal}` : `ended with status ${code}`;
		note(`${id} (pid ${pid}) ${how}${restarts ? "; starting it again" : ""}`);
		if (!signal) for (const text of lastLines) note(`    ${text}`);
	},
	restarted: (id, pid) => note(`${id} is back (pid ${pid})`),
};
