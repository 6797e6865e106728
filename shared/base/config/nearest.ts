/** Edits (insert, delete, replace, swap) that turn one word into another. */
function distance(from: string, to: string): number {
	let twoAbove: number[] = [];
	let above = Array.from({ length: to.length + 1 }, (_, column) => column);
	for (let row = 1; row <= from.length; row++) {
		const current = [row];
		for (let column = 1; column <= to.length; column++) {
			const same = from[row - 1] === to[column - 1];
			const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
			current[column] = Math.min(
				(above[column] ?? 0) + 1,
				(current[column - 1] ?? 0) + 1,
				(above[column - 1] ?? 0) + (same ? 0 : 1),
				swapped ? (twoAbove[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
			);
		}
		twoAbove = above;
		above = current;
	}
	return above[to.length] ?? 0;
}

/** With fewer letters, too many words have the same beginning. */
const MIN_BEGINNING = 3;

/** The choice that is most like `word`, or undefined if none is near enough. */
export function nearest(word: string, choices: readonly string[]): string | undefined {
	const plain = word.toLowerCase();
	const [best] = choices
		.map((choice) => ({ choice, edits: distance(plain, choice.toLowerCase()) }))
		.sort((one, other) => one.edits - other.edits);
	if (best && best.edits <= Math.max(1, Math.floor(word.length / 3))) return best.choice;
	return word.length < MIN_BEGINNING ? undefined : choices.find((choice) => choice.toLowerCase().startsWith(plain));
}

/** `, did you mean x?` or nothing. */
export function didYouMean(word: string, choices: readonly string[]): string {
	const meant = nearest(word, choices);
	return meant === undefined ? "" : `, did you mean ${meant}?`;
}
