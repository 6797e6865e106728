import type { Millis } from "#shared/base/clock";
import type { NodeView } from "./directory.ts";
import type { Alive, NodeInfo } from "./messages.ts";

/** Three missing signs of life: one may be lost, two may be late. */
export const SUSPECT_AFTER: Millis = 3_000;
/** A silent node is at fault only if the control plane passed messages after the node missed a sign of life. */
const PROVEN_AFTER: Millis = 1_500;
/** A restart or a moved container takes less than a minute. A node that stays away longer does not come back as itself. */
export const FORGET_AFTER: Millis = 60_000;
/** Other nodes remembered at once: far more than any cluster has, and still only some megabytes. */
export const MAX_NODES = 4_096;
/** Former runs of one node id still told apart from its present run. */
const MAX_FORMER = 8;
/** No node restarts so often in so short a time. The next run is believed when the first one is older than this. */
const FLAPPING_WITHIN: Millis = 10_000;
/** The last messages of a dead process may be on their way for this long. */
const FORMER_GRACE: Millis = 1_500;

type Peer = {
	view: NodeView;
	heardAt: Millis;
	/** Former incarnations and when they were replaced. */
	readonly former: Map<string, Millis>;
};

/**
 * The meaning of a sign of life. `duplicate`: a former run is still alive, so two processes share the id. `former`: a late message of
 * a dead process. `full`: there is no room for another node. `flapping`: too many runs to believe another one.
 */
export type Heard = "new" | "restarted" | "returned" | "known" | "former" | "duplicate" | "full" | "flapping";

/** A pure table of other nodes, fed with signs of life and the time. */
export class PeerTable {
	readonly #peers = new Map<string, Peer>();

	/** One other node. */
	get(id: string): NodeView | undefined {
		return this.#peers.get(id)?.view;
	}

	/** All other nodes. */
	all(): NodeView[] {
		return [...this.#peers.values()].map(({ view }) => view);
	}

	/** Handles a sign of life. */
	hear(message: Alive, now: Millis): Heard {
		const peer = this.#peers.get(message.node.id);
		if (!peer) return this.#admit(message, now);
		if (peer.view.info.incarnation === message.node.incarnation) return refresh(peer, message, now);
		const replacedAt = peer.former.get(message.node.incarnation);
		if (replacedAt !== undefined && !peer.view.suspect) {
			return now - replacedAt > FORMER_GRACE ? "duplicate" : "former";
		}
		if (isFlapping(peer, now)) return "flapping";
		retire(peer, now);
		peer.former.delete(message.node.incarnation);
		peer.view = viewOf(message, false);
		peer.heardAt = now;
		return "restarted";
	}

	/** Notes whether all streams of a node are known. */
	setSynced(id: string, synced: boolean): NodeView | undefined {
		const peer = this.#peers.get(id);
		if (peer && peer.view.synced !== synced) peer.view = { ...peer.view, synced };
		return peer?.view;
	}

	/** Marks a node so that nothing new is pulled from it. */
	suspect(id: string): void {
		const peer = this.#peers.get(id);
		if (peer) peer.view = { ...peer.view, suspect: true };
	}

	/** Removes a node and returns its last view. */
	remove(id: string): NodeView | undefined {
		const view = this.get(id);
		this.#peers.delete(id);
		return view;
	}

	/**
	 * Finds nodes that have been silent too long. Returns those that became suspect and those that must be removed. `provenAt` is the
	 * last time at which the control plane surely passed a message. `isHere` tells whether messages of a node still wait here.
	 */
	sweep(
		now: Millis,
		provenAt: Millis,
		isHere: (id: string) => boolean = () => false,
	): { suspects: NodeView[]; lost: NodeView[] } {
		const suspects: NodeView[] = [];
		const lost: NodeView[] = [];
		for (const peer of this.#peers.values()) {
			if (isHere(peer.view.info.id)) continue;
			const silence = now - peer.heardAt;
			if (silence > FORGET_AFTER) lost.push(peer.view);
			else if (silence > SUSPECT_AFTER && provenAt - peer.heardAt > PROVEN_AFTER && !peer.view.suspect) {
				peer.view = { ...peer.view, suspect: true };
				suspects.push(peer.view);
			}
		}
		return { suspects, lost };
	}

	/** Forgives all silence so far, because nobody could be heard. */
	forgive(now: Millis): void {
		for (const peer of this.#peers.values()) peer.heardAt = now;
	}

	#admit(message: Alive, now: Millis): Heard {
		if (this.#peers.size >= MAX_NODES) return "full";
		this.#peers.set(message.node.id, { view: viewOf(message, false), heardAt: now, former: new Map() });
		return "new";
	}
}

function viewOf({ node, load, draining, streams }: Alive, synced: boolean): NodeView {
	return { info: node, suspect: false, draining, load, streams, synced };
}

function refresh(peer: Peer, message: Alive, now: Millis): Heard {
	const returned = peer.view.suspect;
	// The identity of a node stays as it was first announced. Within one incarnation only its state changes.
	const info: NodeInfo = peer.view.info;
	peer.view = { ...viewOf(message, peer.view.synced), info };
	peer.heardAt = now;
	return returned ? "returned" : "known";
}

function isFlapping({ former }: Peer, now: Millis): boolean {
	const [oldest = Number.NEGATIVE_INFINITY] = former.values();
	return former.size >= MAX_FORMER && now - oldest < FLAPPING_WITHIN;
}

function retire(peer: Peer, now: Millis): void {
	peer.former.set(peer.view.info.incarnation, now);
	const [oldest] = peer.former.keys();
	if (peer.former.size > MAX_FORMER && oldest !== undefined) peer.former.delete(oldest);
}
