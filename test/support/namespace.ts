import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";

/** Where a node is, and how one gets there. */
export type Place = {
	readonly host: string;
	/** Command that enters the place; empty for this machine's own network. */
	readonly inside: readonly string[];
};

/** The network of a namespace, out of the private range: another one for each process, so that two benches do not meet. */
const subnetOf = (number: number): string =>
	`10.${128 + (process.pid % 100)}.${2 * (Math.trunc(process.pid / 100) % 100) + number}`;
/** Nobody's: frames for it are dropped by whoever gets them. */
const NOBODY = "02:00:00:00:00:99";

/** Of iproute2. */
const PROGRAM = "ip";
const ip = (command: string): Buffer => execFileSync(PROGRAM, command.split(" "), { stdio: "pipe" });
/** For while viewers watch: this process goes on. */
const ipAside = (command: string): Promise<unknown> => promisify(execFile)(PROGRAM, command.split(" "));

/** Whether this user may make network namespaces here. */
export function mayIsolate(): boolean {
	const name = `millrace-${process.pid}-0`;
	try {
		ip(`netns add ${name}`);
		ip(`netns del ${name}`);
		return true;
	} catch {
		return false;
	}
}

/** One network namespace, joined to this machine's network by a pair of virtual interfaces. */
export class Namespace {
	readonly place: Place;
	/** This machine's address on the link. */
	readonly hostAddress: string;
	readonly #name: string;
	readonly #near: string;
	readonly #far = "eth0";
	readonly #address: string;

	/** `number`, 1 or 2, tells the namespaces of this process apart. */
	constructor(number: number) {
		const subnet = subnetOf(number);
		this.#name = `millrace-${process.pid}-${number}`;
		this.#near = `mr${process.pid}x${number}`;
		this.hostAddress = `${subnet}.1`;
		this.#address = `${subnet}.2`;
		this.place = { host: this.#address, inside: ["ip", "netns", "exec", this.#name] };
		ip(`netns add ${this.#name}`);
		ip(`link add ${this.#near} type veth peer name ${this.#far} netns ${this.#name}`);
		ip(`address add ${this.hostAddress}/24 dev ${this.#near}`);
		ip(`link set ${this.#near} up`);
		ip(`-n ${this.#name} address add ${this.#address}/24 dev ${this.#far}`);
		ip(`-n ${this.#name} link set ${this.#far} up`);
		ip(`-n ${this.#name} link set lo up`);
		ip(`-n ${this.#name} route add default via ${this.hostAddress}`);
	}

	/** Makes the link a black hole: what is sent either way vanishes, and neither end is told. */
	async cut(): Promise<void> {
		await Promise.all([
			ipAside(`neighbour replace ${this.#address} lladdr ${NOBODY} dev ${this.#near} nud permanent`),
			ipAside(`-n ${this.#name} neighbour replace ${this.hostAddress} lladdr ${NOBODY} dev ${this.#far} nud permanent`),
		]);
	}

	/** Both ends find each other again. */
	async mend(): Promise<void> {
		await Promise.all([
			ipAside(`neighbour del ${this.#address} dev ${this.#near}`),
			ipAside(`-n ${this.#name} neighbour del ${this.hostAddress} dev ${this.#far}`),
		]);
	}

	/** Takes it away with its link; processes inside must have ended. */
	remove(): void {
		// A namespace takes its end of the link along some time later.
		ip(`link del ${this.#near}`);
		ip(`netns del ${this.#name}`);
	}
}
