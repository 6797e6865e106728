import type { Clock, Millis } from "#shared/base/clock";
import type { StreamKey } from "#shared/base/names";
import type { TimelineAccount } from "#shared/media/timeline";
import type { NodeInfo, NodeReport, StreamInfo } from "./messages.ts";

/** What a directory knows about another node at one moment. Ask again for a newer value. */
export type NodeView = {
	readonly info: NodeInfo;
	/** Silent for 3 s: nothing new is pulled from it. Streams that still flow go on. */
	readonly suspect: boolean;
	/** It accepts nothing new, and its readers should move. */
	readonly draining: boolean;
	/** Share of the last second in which its event loop was busy: 0 idle, 1 full. */
	readonly load: number;
	/** The number of streams that it says it has. */
	readonly streams: number;
	/** This node follows it, and `streamsOf` shows all its streams for which there is room. */
	readonly synced: boolean;
};

/** A stream and the node that can give it. */
export type Holder = { readonly node: NodeView; readonly stream: StreamInfo };

/** `connecting` until the control plane answers for the first time, then `live`. `stale` while it is away: known nodes are kept. */
export type DirectoryState = "connecting" | "live" | "stale";

/** A change. It is emitted after the directory shows it. */
export type DirectoryChange =
	| { readonly type: "state"; readonly state: DirectoryState }
	/** The node is new, has restarted, or is no longer suspect. */
	| { readonly type: "node-alive"; readonly node: NodeView }
	| { readonly type: "node-suspect"; readonly node: NodeView }
	/** Draining began or ended: see `node.draining`. */
	| { readonly type: "node-draining"; readonly node: NodeView }
	/** The node left (`left`) or was silent for a minute (`forgotten`). Its streams were removed before. */
	| { readonly type: "node-gone"; readonly node: NodeView; readonly reason: "left" | "forgotten" }
	/** All streams of a followed node are known now. */
	| { readonly type: "node-synced"; readonly node: NodeView }
	/** Added or updated. */
	| { readonly type: "stream-added"; readonly node: NodeView; readonly stream: StreamInfo }
	| {
			readonly type: "stream-removed";
			readonly node: NodeView;
			readonly stream: StreamInfo;
			/** The reason that the node gave, or `restart`, `resync`, `left`, `forgotten`, `unfollowed`, `full`. */
			readonly reason: string;
	  };

/**
 * Which nodes and streams exist, kept up to date by the control plane. One per node.
 * Calls never wait, and never throw because the control plane is away. Disposing says goodbye to the others and takes at most a second.
 */
export interface Directory extends AsyncDisposable {
	/** Adds or updates a stream of this node; followers see it. */
	announce(stream: StreamInfo): void;
	/** Withdraws a stream of this node. An unknown one is ignored. */
	withdraw(key: StreamKey, reason: string): void;
	/** Tells everyone that this node accepts nothing new, or accepts streams again. */
	setDraining(draining: boolean): void;
	/** Asks another node to drain and stop. Its `draining` shows whether it does, and then it disappears. */
	askToDrain(nodeId: string): void;
	/** Says how this node answers those who ask for its account of a stream's timeline; until then it has none. */
	answerTimelines(account: (key: StreamKey) => TimelineAccount | undefined): void;
	/**
	 * Asks another node for its account of a stream's timeline. `hear` is called once with what it says, undefined where it has
	 * none; not at all where no answer comes.
	 */
	askTimeline(nodeId: string, key: StreamKey, hear: (account: TimelineAccount | undefined) => void): void;
	/** Asks another node what it carries and whom it serves; undefined where it does not answer in time. */
	askForReport(nodeId: string, within: Millis): Promise<NodeReport | undefined>;
	/** Has others' questions for a report answered by `report`, at most once a second; until then nobody is answered. */
	answerReports(report: () => NodeReport): void;
	/** All other nodes, suspects included. */
	nodes(): readonly NodeView[];
	/** One other node. */
	node(id: string): NodeView | undefined;
	/** Streams of a followed node; empty for any other. A live view: copy what should not change. */
	streamsOf(nodeId: string): ReadonlyMap<StreamKey, StreamInfo>;
	/** Followed nodes that have this stream, including suspect and draining ones. Cost: the number of holders. */
	holders(key: StreamKey): readonly Holder[];
	/** Whether the directory is up to date. */
	readonly state: DirectoryState;
	/** Calls `listener` for every change until the returned function is called. */
	on(listener: (change: DirectoryChange) => void): () => void;
}

/** The part of a pino logger the control plane uses. */
export type ControlLog = {
	info(fields: object, message: string): void;
	warn(fields: object, message: string): void;
};

/** The options of every directory. */
export type DirectoryOptions = {
	/** Nodes of different clusters do not see each other: `[A-Za-z0-9_-]{1,64}`. */
	readonly cluster: string;
	/** This node; `incarnation` comes from `newIncarnation()`. */
	readonly self: NodeInfo;
	/** Tells the nodes whose streams this node needs: its parents. Called with every sign of life. */
	readonly follow: (info: NodeInfo) => boolean;
	/** Only watches: it answers nobody, and its announcements are not sent. */
	readonly unseen?: boolean;
	/** The load of this node, 0 to 1. Called with every sign of life. Default: 0. */
	readonly load?: () => number;
	/** A request to drain and stop this node. It may come more than once. */
	readonly onDrain?: () => void;
	readonly clock: Clock;
	readonly log: ControlLog;
	/** Counts an event by its fixed name and, if there are several, its fixed reason. */
	readonly count: (event: ControlEvent, reason?: string) => void;
};

/** Events that are counted. Names and reasons are few and fixed. */
export type ControlEvent =
	/** A dropped message, by the reason of its ProtocolError, or `fault` if its handling failed. */
	| "control-discard"
	/** A snapshot was asked for: `new`, `gap`, `retry`. */
	| "control-register"
	/** The connection: `connected`, `away`, `silent`, `error`. */
	| "control-connection"
	/** Two running nodes use the same id. */
	| "control-duplicate-id"
	/** A bound was reached: `nodes` and `streams` remembered, `own-streams` announced, `messages` that wait, `register` and `report` answers. */
	| "control-full";
