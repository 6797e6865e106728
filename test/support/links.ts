import { freePort } from "./free-port.ts";
import { mayIsolate, Namespace, type Place } from "./namespace.ts";
import { Wire } from "./wire.ts";

/** All nodes must prove it where they are not all on loopback. */
const CLUSTER_KEY = "this mesh's own key";
const LOOPBACK: Place = { host: "127.0.0.1", inside: [] };

/** Where the nodes of a stage are, and the links between them that can be cut. */
export type Links = {
	/** How links are cut here. */
	readonly kind: "none" | "namespaces" | "proxies";
	/** This machine's address for all that is not behind a link. */
	readonly host: string;
	/** Variables for all nodes. */
	readonly env: Readonly<Record<string, string>>;
	placeOf(node: string): Place;
	/** Variables for one node. */
	envOf(node: string): Readonly<Record<string, string>>;
	/** Makes the link of this intermediate a black hole. */
	swallow(node: string): Promise<void>;
	mend(node: string): Promise<void>;
	/** At once; for the end of the process too. */
	remove(): void;
};

/** All on loopback. */
export const NO_LINKS: Links = {
	kind: "none",
	host: LOOPBACK.host,
	env: {},
	placeOf: () => LOOPBACK,
	envOf: () => ({}),
	swallow: async () => {},
	mend: async () => {},
	remove: () => {},
};

/** Links to two intermediates: by network namespaces where this user may make them, else by proxies of this process. */
export const layLinks = async (): Promise<Links> => (mayIsolate() ? byNamespaces() : await byProxies());

function byNamespaces(): Links {
	const one = new Namespace(1);
	const spaces = new Map([
		["intermediate1", one],
		["intermediate2", new Namespace(2)],
	]);
	return {
		kind: "namespaces",
		host: one.hostAddress,
		env: { MILLRACE_CLUSTER_KEY: CLUSTER_KEY },
		placeOf: (node) => spaces.get(node)?.place ?? { host: one.hostAddress, inside: [] },
		envOf: () => ({}),
		swallow: async (node) => spaces.get(node)?.cut(),
		mend: async (node) => spaces.get(node)?.mend(),
		remove: () => {
			for (const space of spaces.values()) space.remove();
		},
	};
}

/** A proxy stands where the intermediate says that it listens. */
async function byProxies(): Promise<Links> {
	const laid = await Promise.all(
		["intermediate1", "intermediate2"].map(async (node) => {
			const port = await freePort();
			return [node, { port, wire: await Wire.open(LOOPBACK.host, port) }] as const;
		}),
	);
	const wires = new Map(laid);
	return {
		...NO_LINKS,
		kind: "proxies",
		envOf: (node) => {
			const link = wires.get(node);
			return link ? { MILLRACE_RTMP_PORT: `${link.port}`, MILLRACE_RTMP_ADVERTISE: link.wire.address } : {};
		},
		swallow: async (node) => wires.get(node)?.wire.swallow(),
		mend: async (node) => wires.get(node)?.wire.mend(),
		remove: () => {
			for (const { wire } of wires.values()) void wire[Symbol.asyncDispose]();
		},
	};
}
