import { type Machine, machineLine } from "../../support/machine.ts";
import { markdownTable } from "../report/columns.ts";
import type { Result } from "../report/result.ts";
import type { Scenario } from "../scenario.ts";

type Played = {
	readonly machine: Machine;
	readonly playableMs: number;
	readonly scenarios: readonly Scenario[];
	readonly results: readonly Result[];
};

const HEAD = "\n## In containers\n";

/** The page's section about containers, empty where it has none. */
export function containersOf(page: string): string {
	const start = page.indexOf(HEAD);
	return start < 0 ? "" : page.slice(start);
}

/** The page without it. */
export const withoutContainers = (page: string): string => page.slice(0, page.length - containersOf(page).length);

/** The section that tells what was done to containers and what viewers noticed. */
export function containersSection({ machine, playableMs, scenarios, results }: Played): string {
	const list = (of: (result: Result) => readonly string[]): string =>
		results.flatMap((result) => of(result).map((what) => `- ${result.scenario}: ${what}`)).join("\n");
	const remarks = list((result) => result.remarks);
	const wrong = list((result) => result.why);
	return `${HEAD}
\`npm run chaos -- --compose\` does the same to \`docker-compose.yml\` with its demo. The containers have a project name of
their own and free ports, and are removed at the end. They are killed, paused, stopped and replaced. Rules in their networks cut and slow
down links. That needs root, \`nsenter\`, \`iptables\` and \`tc\` on this machine. Viewers are outside the containers.

${machineLine(machine)}. With the image built, every edge played ${(playableMs / 1000).toFixed(1)} s after \`up\`.

${markdownTable(results)}
${remarks === "" ? "" : `\n${remarks}\n`}${wrong === "" ? "" : `\nWhat went wrong:\n\n${wrong}\n`}
${scenarios.map(({ name, about }) => `- **${name}**: ${about}`).join("\n")}
`;
}
