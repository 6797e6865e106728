import { Program } from "./program.ts";

/** The encoders of a stage: one process for each file, published in a loop. */
export class Publishers {
	readonly #programs: readonly Program[];

	/** One file goes to all URLs, several go to one each. */
	constructor(files: readonly string[], urls: readonly string[]) {
		const [only] = files;
		this.#programs =
			files.length === 1 && only !== undefined
				? [publish(only, urls)]
				: urls.map((url, place) => publish(files[place] ?? "", [url]));
	}

	destroy(): void {
		for (const program of this.#programs) program.signal("SIGKILL");
	}

	async gone(): Promise<void> {
		await Promise.all(this.#programs.map(({ exited }) => exited));
	}
}

const publish = (file: string, urls: readonly string[]): Program =>
	new Program({ args: ["publish", file, ...urls, "--loop"] });
