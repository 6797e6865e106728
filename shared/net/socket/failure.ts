/** Why a connection is closed that met a mistake in this program: it alone ends, and the log has the stack. */
export const failure = (error: unknown): { reason: string; message: string; err: unknown } => ({
	reason: "internal",
	message: `a mistake in this program: ${error instanceof Error ? error.message : String(error)}`,
	err: error,
});
