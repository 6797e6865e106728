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

\`npm run chaos\` runs a mesh of real processes, two origins, two intermediates and two edges with a nats-server of their own,
publishes to both origins in real time, watches at both edges, and breaks something. Every frame a viewer gets is looked up in
what was published: its payload tells which encoder's it is, and its place there. Nothing the servers say of themselves counts.
\`--only NAME\` plays one scenario, \`--runs N\` each N times, \`--list\` tells them all, \`--json\` prints one object a scenario,
\`--strict\` fails also where a frame came late, \`--seed\` chooses the random faults, \`--write\` writes this page.

The exit status is 1 when a frame was lost where some way for it was left, came twice or out of order, when codec headers were
sent again, a viewer was sent away or left stuck, or a process ended by itself.

Failures are a matrix: what fails, how relays know their upstreams, and whether another parent plays along. Where a name has no
prefix, relays find two groups of one server each. \`group-\`: their table is one group, \`primary;secondary\`. \`host-ini-\`: the
same as a line of a \`host.ini\`. \`cold-\`: \`standby: 0\`. \`unrelated-\`: each origin has an encoder of its own.

## Figures

${machineLine(machine)}; ${runs === 1 ? "one run" : `${runs} runs`} of each.

${markdownTable(results)}

Times are in milliseconds. *lost*, *twice*, *back* (timestamps that went backwards) are summed over all viewers; *headers* is the
most codec headers one viewer got, 2 being one of each track. *before* is the longest wait for a frame in the undisturbed
seconds before the fault, *stall* from the fault on, both of the worst viewer; *at* is when that stall began, counted from the
first fault, and tells what the fault did from what the machine does now and then. A verdict of *late* means that the stall is
beyond its *limit*. *jump* is the longest step of a track's timestamps from the fault on. *switches* counts changes of the feed
that brings the frames, over all relays. *detect* is the time from a fault to the first child that noticed; *-* where none had to.
Where one encoder follows another, what is lost in between cannot be told; within what each of them brings it can. While nobody
publishes, viewers wait: that time is part of the *limit*. An encoder that begins its file again brings the same payloads: viewers
then forget which frames they had, but not the times.
${wrong.length > 0 ? `\nWhat went wrong:\n\n${wrong.join("\n")}\n` : ""}
## Scenarios

${scenarios.map(({ name, about }) => `- **${name}**: ${about}`).join("\n")}
`;
}
