import { expect, test } from "vitest";
import { containersOf, withoutContainers } from "./document.ts";

const SECTION = "\n## In containers\n\nfigures\n";

test.for([
	{ page: "# Chaos\n", section: "", rest: "# Chaos\n" },
	{ page: `# Chaos\n${SECTION}`, section: SECTION, rest: "# Chaos\n" },
])("the section of $page is found and left out", ({ page, section, rest }) => {
	expect(containersOf(page)).toBe(section);
	expect(withoutContainers(page)).toBe(rest);
});
