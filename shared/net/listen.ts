import type { AddressInfo, Server } from "node:net";
import { StartError } from "#shared/errors";

/** A wave of viewers that arrives within one turn of the event loop waits in the kernel; it cuts this to its own limit. */
const LISTEN_BACKLOG = 4096;

const SENTENCES: Record<string, (where: string) => string> = {
	EADDRINUSE: (where) => `${where} is taken by another program: stop it or choose another port`,
	EACCES: (where) => `${where} may not be listened on by this user: choose a port above 1023`,
	EADDRNOTAVAIL: (where) => `${where} is not an address of this machine`,
};

/** Starts to listen; the port that was got. Throws StartError with one sentence. */
export async function listen(server: Server, what: string, host: string, port: number): Promise<number> {
	await new Promise<void>((resolve, reject) => {
		server.once("error", (error: NodeJS.ErrnoException) => {
			const where = `${what} ${host}:${port}`;
			const sentence = SENTENCES[error.code ?? ""]?.(where) ?? `${where} cannot be listened on: ${error.message}`;
			reject(new StartError(sentence, { cause: error }));
		});
		server.listen({ host, port, backlog: LISTEN_BACKLOG }, resolve);
	});
	server.removeAllListeners("error");
	return (server.address() as AddressInfo).port;
}
