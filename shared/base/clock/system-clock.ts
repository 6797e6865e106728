import type { Clock } from "./clock.ts";

/** The machine's monotonic clock and the event loop's timers. */
export const systemClock: Clock = {
	now: () => performance.now(),
	after: (delay, task) => {
		const timer = setTimeout(task, delay);
		return () => clearTimeout(timer);
	},
	soon: (task) => queueMicrotask(task),
};
