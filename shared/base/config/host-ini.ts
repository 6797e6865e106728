import { ConfigError } from "#shared/base/errors";
import { type Address, addressProblem, isAppName, parseAddress } from "./address.ts";
import { isLabel, LABEL_FORM, type ServerGroup, serverGroup } from "./server-groups.ts";

/** A group as its line gives it. Printed manuals wrap the app onto the next line. */
type Entry = { label: string; line: number; primary: Address; secondary: Address; app?: string };
/** `loose`: there are blanks beside the ";". */
type Line = { number: number; words: readonly string[]; loose: boolean };

const FORM = "label primary;secondary app";
const LOOKS_LIKE_ADDRESSES = /;|:|^\d+(\.\d+)+$/;

/** A mistake in one line. The sentence does not name the line. */
class LineError extends Error {}

function readAddress(text: string): Address {
	const address = parseAddress(text);
	if (!address) throw new LineError(addressProblem(text));
	return address;
}

function readAddresses(text: string): { primary: Address; secondary: Address } {
	const parts = text.split(";");
	if (parts.length > 2)
		throw new LineError(`a group has a primary and a secondary, "${text}" names ${parts.length} servers`);
	if (parts.includes("")) throw new LineError(`"${text}" has only one server: write it on both sides of the ";"`);
	const [primary = "", secondary = primary] = parts;
	return { primary: readAddress(primary), secondary: readAddress(secondary) };
}

function checkShape([label = "", addresses = "", app = "", ...rest]: readonly string[]): void {
	if (label.includes(";"))
		throw new LineError(`a line starts with the label of its group ("${FORM}"), and a comment with "#"`);
	if (addresses === "") throw new LineError(`"${label}" is alone on its line, expected "${FORM}"`);
	if (!addresses.includes(";") && LOOKS_LIKE_ADDRESSES.test(app)) {
		throw new LineError(`a label has no space in it: write "${label}${addresses}" for "${label} ${addresses}"`);
	}
	if (rest[0]?.startsWith("#") || app.startsWith("#")) throw new LineError(`a comment stands on a line of its own`);
	if (rest.length > 0) throw new LineError(`"${rest.join(" ")}" is more than "${FORM}"`);
	if (!isLabel(label)) throw new LineError(`expected ${LABEL_FORM}, got "${label}"`);
}

function readApp(text: string): string {
	if (!isAppName(text)) throw new LineError(`expected an app name, got "${text}"`);
	return text;
}

function readEntry({ number, words, loose }: Line): Entry {
	checkShape(words);
	if (loose && words.length === 2) {
		throw new LineError(
			`remove the blanks beside the ";": they make it unclear what is a server and what the app in "${words.join(" ")}"`,
		);
	}
	const [label = "", addresses = "", app] = words;
	return { label, line: number, ...readAddresses(addresses), ...(app !== undefined && { app: readApp(app) }) };
}

function splitLines(text: string): Line[] {
	return text
		.replace(/^\uFEFF/, "")
		.split(/\r\n|\n|\r/)
		.map((line, index) => ({
			number: index + 1,
			loose: /\S\s+;|;\s+\S/.test(line),
			words: line
				.trim()
				.replace(/(\S)\s*;\s*/g, "$1;")
				.split(/\s+/)
				.filter((word) => word !== ""),
		}));
}

/** Reads line by line. A mistake in one line does not hide a mistake in the next. */
class HostIniReader {
	readonly problems: string[] = [];
	readonly #entries = new Map<string, Entry>();
	/** The line above named servers and no app. A single word is then its app. */
	#open: { entry: Entry | undefined } | undefined;

	read(line: Line): void {
		const open = this.#open;
		this.#open = undefined;
		if (line.words.length === 0 || line.words[0]?.startsWith("#")) return;
		try {
			this.#readLine(line, open);
		} catch (error) {
			if (!(error instanceof LineError)) throw error;
			this.problems.push(`line ${line.number}: ${error.message}`);
		}
	}

	groups(): ServerGroup[] {
		return [...this.#entries.values()].map(({ label, primary, secondary, app }) =>
			serverGroup(label, primary, secondary, app),
		);
	}

	#readLine(line: Line, open: { entry: Entry | undefined } | undefined): void {
		const [word = "", second] = line.words;
		if (open && second === undefined && !word.includes(";")) {
			const app = readApp(word);
			if (open.entry) open.entry.app = app;
			return;
		}
		if (line.words.length === 2) this.#open = { entry: undefined };
		const entry = readEntry(line);
		const first = this.#entries.get(entry.label);
		if (first) throw new LineError(`the label "${entry.label}" is taken by line ${first.line}`);
		this.#entries.set(entry.label, entry);
		if (entry.app === undefined) this.#open = { entry };
	}
}

/**
 * Reads a `host.ini` of LiveStreamCast: one server group a line, `label primary;secondary app`, comments on lines that begin with `#`.
 * The app may be alone on the next line. One ConfigError tells all mistakes, each with a sentence and its line number.
 */
export function parseHostIni(text: string, file = "host.ini"): readonly ServerGroup[] {
	const reader = new HostIniReader();
	for (const line of splitLines(text)) reader.read(line);
	const groups = reader.groups();
	const { problems } = reader;
	if (problems.length === 0 && groups.length === 0) problems.push(`names no server group, expected lines of "${FORM}"`);
	if (problems.length > 0) throw new ConfigError(problems.map((problem) => `${file}: ${problem}`).join("\n"));
	return groups;
}
