import type { Refusal as Denial } from "#shared/access/request";
import { MAX_NAME_LENGTH } from "#shared/base/names";

/** What a door finds against a publish or a play: also the word under which it is counted. */
export type Refusal = "bad-name" | "busy" | "full" | "not-here" | "not-found" | "nodes-only" | "loop";

const NAME_RULE = `app and name have up to ${MAX_NAME_LENGTH} letters, digits and _.~+@=- each, and begin with a letter, a digit or _`;

/** What a peer is told of its own name is cut to this. */
const MAX_ECHO = 200;

/** A stream as a peer called it. */
export const asCalled = (app: string, name: string): string => `${app}/${name}`.slice(0, MAX_ECHO);

/** The word under which a refusal is counted, and the sentence for whoever sits at the other end; `role` is this service's. */
export const wordsOf = <Found extends Refusal>(refusal: Found | Denial, stream: string, role: string) =>
	typeof refusal === "string"
		? { outcome: refusal, why: sentenceOf(refusal, stream, role) }
		: { outcome: refusal.reason, why: refusal.message };

/** What ffmpeg, for one, shows and nothing besides. */
export function sentenceOf(refusal: Refusal, stream: string, role: string): string {
	switch (refusal) {
		case "bad-name":
			return `${stream} is no name of a stream: ${NAME_RULE}`;
		case "busy":
			return `${stream} is being published already`;
		case "full":
			return `this ${role} carries as many streams as it may`;
		case "not-here":
			return `this is an ${role}: publish at an origin`;
		case "not-found":
			return `there is no stream ${stream}`;
		case "nodes-only":
			return `${role}s play to nodes only: watch at an edge`;
		case "loop":
			return `${stream} comes here through the node that asks for it`;
	}
}
