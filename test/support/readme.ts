import { readFileSync } from "node:fs";

const README = new URL("../../README.md", import.meta.url);

/** The shell recipe in README.md that has this text in it, word for word. */
export function readmeRecipe(text: string): string {
	const recipes = [...readFileSync(README, "utf8").matchAll(/^```sh\n(.*?)^```$/gms)].map(([, recipe = ""]) => recipe);
	const [found, another] = recipes.filter((recipe) => recipe.includes(text));
	if (found === undefined || another !== undefined) throw new Error(`README.md has not one recipe with ${text}`);
	return found;
}

/** The recipe with each of these replaced; throws where one is not in it. */
export function substitute(recipe: string, replacements: Readonly<Record<string, string>>): string {
	return Object.entries(replacements).reduce((text, [from, to]) => {
		if (!text.includes(from)) throw new Error(`the recipe has no ${from}: ${text}`);
		return text.replaceAll(from, to);
	}, recipe);
}
