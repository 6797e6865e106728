import { MAX_NAME_LENGTH } from "#shared/base/names";

/** Why a publish or a play is refused: also the word under which it is counted. */
export type Refusal = "bad-name" | "busy" | "full" | "not-here" | "not-found" | "nodes-only" | "loop";

const NAME_RULE = `app and name have up to ${MAX_NAME_LENGTH} letters, digits and _.~+@=- each, and begin with a letter, a digit or _`;

/** What a peer is told of its own name is cut to this. */
const MAX_ECHO = 200;

/** A stream as a peer called it. */
export const asCalled = (app: string, name: string): string => `${app}/${name}`.slice(0, MAX_ECHO);

/** The sentence for whoever sits at the other end: ffmpeg, for one, shows nothing else. `role` is this service's. */
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
