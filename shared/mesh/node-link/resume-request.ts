import { type Amf0Object, isAmf0Object } from "#shared/formats/amf0";
import { encodeToken, parseToken, type ResumeToken } from "#shared/media/splice";

/** The property of a node's `play` command that tells the last frames it had. */
const PROPERTY = "millrace";

/** The child's side: the command object of its `play`; null if it has had no frame yet. */
export const askResume = (token: ResumeToken | undefined): Amf0Object | null =>
	token ? { [PROPERTY]: { resume: encodeToken(token) } } : null;

/** The parent's side: the last frames of the child; undefined if the child does not tell them in a known form. */
export function resumeAsked(object: Amf0Object | undefined): ResumeToken | undefined {
	const request = object?.[PROPERTY];
	const token = isAmf0Object(request) ? request["resume"] : undefined;
	return typeof token === "string" ? parseToken(token) : undefined;
}
