import { randomBytes } from "node:crypto";

/** A name for this run of a node. It differs at every start. */
export const newIncarnation = (): string => randomBytes(9).toString("base64url");
