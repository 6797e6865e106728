import { InvalidArgumentError } from "commander";

/** A span in seconds, fractions included. */
export function seconds(text: string): number {
	const value = Number(text);
	if (text.trim() === "" || !Number.isFinite(value) || value <= 0) {
		throw new InvalidArgumentError("Expected seconds above 0, such as 10 or 0.5.");
	}
	return value;
}

/** A whole number from `least` to `most`. */
export const wholeNumber =
	(least: number, most: number) =>
	(text: string): number => {
		const value = Number(text);
		if (text.trim() === "" || !Number.isInteger(value) || value < least || value > most) {
			throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
		}
		return value;
	};
