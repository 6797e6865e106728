/** How to reach the control plane. Absent options are not used. */
export type NatsOptions = {
	/** `nats://host:port` or `tls://host:port`. Several addresses are the members of one cluster. */
	readonly servers: readonly string[];
	readonly user?: string;
	readonly password?: string;
	readonly token?: string;
	/** Seed of a user nkey (`SU…`). */
	readonly nkeySeed?: string;
	/** Path of a credentials file (JWT and nkey seed). */
	readonly credsFile?: string;
	/** PEM files. If the object is present, TLS is demanded. */
	readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
};
