import { randomBytes } from "node:crypto";

/** A name for this run of a node, different on every start. */
export const newIncarnation = (): string => randomBytes(9).toString("base64url");
