import { parseDocument } from "yaml";
import { ConfigError } from "#shared/base/errors";

/** The value of a YAML text. Throws ConfigError with one sentence that begins with `place`. */
export function readYaml(text: string, place: string): unknown {
	const document = parseDocument(text, { prettyErrors: false, logLevel: "silent" });
	const [problem] = document.errors;
	if (problem) {
		const line = text.slice(0, problem.pos[0]).split("\n").length;
		const sentence = problem.message.replaceAll(/\s+/g, " ");
		throw new ConfigError(`${place}${text.includes("\n") ? ` line ${line}` : ""}: ${sentence}`, { cause: problem });
	}
	try {
		return document.toJS();
	} catch (error) {
		throw new ConfigError(`${place}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
	}
}
