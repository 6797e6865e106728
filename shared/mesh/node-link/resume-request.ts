import { type Amf0Object, isAmf0Object } from "#shared/formats/amf0";
import { encodeToken, parseToken, type ResumeToken } from "#shared/media/splice";

/** Property of a node's `play` command under which it says where it left off. */
const PROPERTY = "millrace";

/** The child's side: the command object of its `play`; null where it has had nothing yet. */
export const askResume = (token: ResumeToken | undefined): Amf0Object | null =>
	token ? { [PROPERTY]: { resume: encodeToken(token) } } : null;

/** The parent's side: where the child left off; undefined where it does not say, or not in words we know. */
export function resumeAsked(object: Amf0Object | undefined): ResumeToken | undefined {
	const request = object?.[PROPERTY];
	const token = isAmf0Object(request) ? request["resume"] : undefined;
	return typeof token === "string" ? parseToken(token) : undefined;
}
