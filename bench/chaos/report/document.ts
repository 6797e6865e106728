import { type Machine, machineLine } from "../../support/machine.ts";
import type { Scenario } from "../scenario.ts";
import { markdownTable } from "./columns.ts";
import type { Result } from "./result.ts";

type Played = {
	readonly machine: Machine;
	readonly scenarios: readonly Scenario[];
	readonly results: readonly Result[];
};

/** The page that tells what was broken and what viewers noticed. */
export function chaosDocument({ machine, scenarios, results }: Played): string {
	const runs = Math.max(...results.map((result) => result.runs));
	const wrong = results.flatMap(({ scenario, why }) => why.map((what) => `- ${scenario}: ${what}`));
	return `# Chaos

\`npm run chaos\` runs a mesh of real processes: two origins, two intermediates, two edges and their own nats-server. It publishes to
both origins in real time, watches at both edges, and breaks something. It looks up every frame that a viewer gets in what was
published: the payload tells from which encoder the frame is, and its place there. What the servers say about themselves does not count.
\`--only NAME\` plays one scenario, \`--runs N\` plays each N times, \`--list\` lists them, \`--json\` prints one object per scenario,
\`--strict\` fails also when a frame came late, \`--seed\` chooses the random faults, \`--write\` writes this page.

The exit status is 1 in these cases: a frame was lost although there was a way for it, a frame came twice or out of order, codec
headers were sent again, a viewer was disconnected or got stuck, or a process ended by itself.

The scenarios are a matrix: what fails, how relays know their upstreams, and whether a second parent is pulled at the same time. Without
a prefix, relays find two groups of one server each. \`group-\`: their table is one group, \`primary;secondary\`. \`host-ini-\`: the
same as a line of a \`host.ini\`. \`cold-\`: \`standby: 0\`. \`unrelated-\`: each origin has its own encoder.

## Figures

${machineLine(machine)}; ${runs === 1 ? "one run" : `${runs} runs`} of each.

${markdownTable(results)}

Times are in milliseconds. *lost*, *twice* and *back* (timestamps that went backwards) are sums over all viewers. *headers* is the
highest number of codec headers that one viewer got; 2 is one per track. *before* is the longest wait for a frame in the undisturbed
seconds before the fault, *stall* from the fault on, both of the worst viewer. *at* is when that stall began, counted from the first
fault; it tells an effect of the fault from a hiccup of the machine. A verdict of *late* means that the stall is
beyond its *limit*. *jump* is the longest step in the timestamps of a track from the fault on. *switches* counts changes of the feed
that brings the frames, over all relays. *detect* is the time from a fault to the first child that noticed it; *-* if none had to.
When one encoder follows another, losses between the two cannot be counted, only losses within each of them. While nobody
publishes, viewers wait, and the *limit* includes that time. An encoder that starts its file again brings the same payloads. Viewers
then forget which frames they had, but not the times.
${wrong.length > 0 ? `\nWhat went wrong:\n\n${wrong.join("\n")}\n` : ""}
## Scenarios

${scenarios.map(({ name, about }) => `- **${name}**: ${about}`).join("\n")}
`;
}
