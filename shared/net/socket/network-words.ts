const WORDS: Record<string, string> = {
	ECONNREFUSED: "connection refused",
	ECONNRESET: "connection reset",
	EPIPE: "connection closed",
	ENOTFOUND: "no such host",
	EAI_AGAIN: "the host's name cannot be looked up now",
	EHOSTUNREACH: "no way to that host",
	ENETUNREACH: "no way to that network",
	ETIMEDOUT: "the host does not answer",
};

/** The meaning of a socket's error in words for a person. They follow the address or the name of its server. */
export function networkWords(error: Error): string {
	const code = "code" in error ? String(error.code) : "";
	return WORDS[code] ?? error.message;
}
