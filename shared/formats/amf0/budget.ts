import { ProtocolError } from "#shared/base/errors";

/** A connect command nests two deep, rich metadata four; deeper values only cost stack. */
const MAX_DEPTH = 16;

/** The longest real command has some twenty values; metadata with a keyframe table some thousand. */
const MAX_VALUES = 4096;

/** What one message may still cost to decode: every value is charged, named properties and array entries included. */
export class Budget {
	#values = MAX_VALUES;
	#depth = 0;

	charge(): void {
		this.#values -= 1;
		if (this.#values < 0) throw new ProtocolError("amf-values", `A message holds more than ${MAX_VALUES} AMF values.`);
	}

	/** Runs `read` one level deeper. */
	nested<T>(read: () => T): T {
		this.#depth += 1;
		if (this.#depth > MAX_DEPTH) throw new ProtocolError("amf-depth", `AMF values nest deeper than ${MAX_DEPTH}.`);
		const value = read();
		this.#depth -= 1;
		return value;
	}
}
