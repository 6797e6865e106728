import { type Amf0Object, isAmf0Object } from "#shared/formats/amf0";
import { encodeToken, parseToken, type ResumeToken } from "#shared/media/splice";

/** Property of a node's `play` command under which it says where it left off, and that it reads messages about segments. */
const PROPERTY = "millrace";

/** The child's side: the command object of its `play`, with where it left off if it has had anything. */
export const askAsNode = (token: ResumeToken | undefined): Amf0Object => ({
	[PROPERTY]: { segments: true, ...(token && { resume: encodeToken(token) }) },
});

/** The parent's side: the last frames of the child; undefined if the child does not tell them in a known form. */
export function resumeAsked(object: Amf0Object | undefined): ResumeToken | undefined {
	const request = object?.[PROPERTY];
	const token = isAmf0Object(request) ? request["resume"] : undefined;
	return typeof token === "string" ? parseToken(token) : undefined;
}

/** The parent's side: whether the child reads messages about segments. Older ones would hand them on to viewers. */
export function segmentsAsked(object: Amf0Object | undefined): boolean {
	const request = object?.[PROPERTY];
	return isAmf0Object(request) && request["segments"] === true;
}
