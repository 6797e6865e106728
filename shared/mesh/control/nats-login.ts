import { readFileSync } from "node:fs";
import {
	type Authenticator,
	credsAuthenticator,
	type NodeConnectionOptions,
	nkeyAuthenticator,
} from "@nats-io/transport-node";
import { ConfigError } from "#shared/base/errors";
import type { NatsOptions } from "./nats-options.ts";

/** The client's TLS options. If the server is dialled by address, its certificate is checked against `host`. */
export type LoginTls = NonNullable<NodeConnectionOptions["tls"]> & { host?: string };

/** The client's options for our login and for the check of the server. Throws ConfigError if a file or seed is unusable. */
export function loginOptions(nats: NatsOptions): Omit<NodeConnectionOptions, "tls"> & { tls?: LoginTls } {
	const authenticator = [...nkey(nats), ...creds(nats)];
	return {
		...(nats.user === undefined ? {} : { user: nats.user, pass: nats.password ?? "" }),
		...(nats.token === undefined ? {} : { token: nats.token }),
		...(authenticator.length > 0 ? { authenticator } : {}),
		...tls(nats),
	};
}

function* nkey({ nkeySeed }: NatsOptions): Generator<Authenticator> {
	if (nkeySeed !== undefined) yield checked(nkeyAuthenticator(new TextEncoder().encode(nkeySeed)), "the nkey seed");
}

// Read at every login, because credentials are renewed in place. If they cannot be read at that moment, the former ones are used.
function* creds({ credsFile }: NatsOptions): Generator<Authenticator> {
	if (credsFile === undefined) return;
	let latest = checked(credsAuthenticator(readable(credsFile)), `the credentials file ${credsFile}`);
	yield (nonce) => {
		try {
			const renewed = credsAuthenticator(readFileSync(credsFile));
			renewed(nonce);
			latest = renewed;
		} catch {
			// The former credentials may still be valid. The server decides.
		}
		return latest(nonce);
	};
}

// The scheme alone does not make the client demand TLS.
function tls({ servers, tls: files }: NatsOptions): { tls?: LoginTls } {
	if (!files) return servers.some((url) => url.startsWith("tls://")) ? { tls: {} } : {};
	for (const path of Object.values(files)) if (path !== undefined) readable(path);
	return { tls: { ...files } };
}

function checked(authenticator: Authenticator, what: string): Authenticator {
	try {
		authenticator("nonce");
		return authenticator;
	} catch (cause) {
		throw new ConfigError(`NATS login: ${what} cannot be used.`, { cause });
	}
}

function readable(path: string): Uint8Array {
	try {
		return readFileSync(path);
	} catch (cause) {
		throw new ConfigError(`NATS login: the file ${path} cannot be read.`, { cause });
	}
}
