/** A moment or a span in milliseconds; moments come from a monotonic clock and have no calendar meaning. */
export type Millis = number;

/** Stops a pending timer; calling it again, or after it fired, does nothing. */
export type Cancel = () => void;

/** Time and timers as a value, so that code which waits can be tested without waiting. */
export interface Clock {
	/** Monotonic milliseconds, with fractions. */
	now(): Millis;
	/** Runs `task` once, `delay` from now. */
	after(delay: Millis, task: () => void): Cancel;
	/** Runs `task` once, when the work of the present turn is done. */
	soon(task: () => void): void;
}
