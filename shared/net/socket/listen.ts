import type { AddressInfo, Server } from "node:net";
import { StartError } from "#shared/base/errors";

/** Connections that may wait in the kernel: a wave of viewers within one turn of the event loop. The kernel may lower it. */
const LISTEN_BACKLOG = 4096;

const SENTENCES: Record<string, (where: string) => string> = {
	EADDRINUSE: (where) => `${where} is taken by another program: stop it or choose another port`,
	EACCES: (where) => `${where} may not be listened on by this user: choose a port above 1023`,
	EADDRNOTAVAIL: (where) => `${where} is not an address of this machine`,
};

export type ListenOptions = {
	/** Its name in error sentences. */
	name: string;
	host: string;
	/** 0 takes a free port. */
	port: number;
	/** A connection could not be accepted, for example because no file descriptor was free. */
	onFull(): void;
};

/** Starts to listen and returns the port. Throws StartError with one sentence. */
export async function listen(server: Server, { name, host, port, onFull }: ListenOptions): Promise<number> {
	await new Promise<void>((resolve, reject) => {
		server.once("error", (error: NodeJS.ErrnoException) => {
			const where = `${name} ${host}:${port}`;
			const sentence = SENTENCES[error.code ?? ""]?.(where) ?? `${where} cannot be listened on: ${error.message}`;
			reject(new StartError(sentence, { cause: error }));
		});
		server.listen({ host, port, backlog: LISTEN_BACKLOG }, resolve);
	});
	server.removeAllListeners("error");
	server.on("error", onFull);
	return (server.address() as AddressInfo).port;
}
