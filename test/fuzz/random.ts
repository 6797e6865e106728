/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Random {
	#state: number;

	constructor(seed: number) {
		this.#state = seed >>> 0;
	}

	u32(): number {
		this.#state = (this.#state + 0x6d2b79f5) >>> 0;
		let mixed = this.#state;
		mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return (mixed ^ (mixed >>> 14)) >>> 0;
	}

	/** 0 … end - 1; 0 where there is nothing to choose from. */
	below(end: number): number {
		return end > 0 ? this.u32() % end : 0;
	}

	/** True once in `times`. */
	oneIn(times: number): boolean {
		return this.below(times) === 0;
	}

	pick<T>(items: readonly [T, ...T[]]): T {
		return items[this.below(items.length)] ?? items[0];
	}
}

/** One seed for each input: of the run's seed, the target's name and the input's number. */
export function inputSeed(seed: number, name: string, index: number): number {
	let hash = 0x811c9dc5;
	for (const character of `${seed}/${name}/${index}`) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
	return hash >>> 0;
}
