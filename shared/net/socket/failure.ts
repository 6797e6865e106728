/** The cause for closing a connection that met a mistake in this program. Only that connection ends. The log has the stack. */
export const failure = (error: unknown): { reason: string; message: string; err: unknown } => ({
	reason: "internal",
	message: `a mistake in this program: ${error instanceof Error ? error.message : String(error)}`,
	err: error,
});
