import type { AddressInfo, Server } from "node:net";
import { StartError } from "#shared/base/errors";

/** A wave of viewers that arrives within one turn of the event loop waits in the kernel; it cuts this to its own limit. */
const LISTEN_BACKLOG = 4096;

const SENTENCES: Record<string, (where: string) => string> = {
	EADDRINUSE: (where) => `${where} is taken by another program: stop it or choose another port`,
	EACCES: (where) => `${where} may not be listened on by this user: choose a port above 1023`,
	EADDRNOTAVAIL: (where) => `${where} is not an address of this machine`,
};

export type ListenOptions = {
	/** What it is called in an error's sentence. */
	name: string;
	host: string;
	/** 0 takes a free one. */
	port: number;
	/** A connection could not be taken, such as for want of a file descriptor. */
	onFull(): void;
};

/** Starts to listen; the port that was got. Throws StartError with one sentence. */
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
