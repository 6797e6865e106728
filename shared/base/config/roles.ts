import { z } from "zod";
import { commonShape, edgeShape, originShape, relayShape } from "./sections.ts";

const relay = z.strictObject({ ...commonShape, ...relayShape });

/** The schema of each role's file. */
export const schemas = {
	origin: z.strictObject({ ...commonShape, ...originShape }),
	intermediate: relay,
	edge: z.strictObject({ ...commonShape, ...relayShape, ...edgeShape }),
} as const;

/** A role's values as its schema gives them, before files are read and names are filled in. */
export type Values = {
	origin: z.output<typeof schemas.origin>;
	relay: z.output<typeof relay>;
	edge: z.output<typeof schemas.edge>;
};
