import type { Clock, Millis } from "#shared/base/clock";
import type { StreamKey } from "#shared/base/names";
import type { TimelineAccount } from "#shared/media/timeline";
import type { NodeInfo, NodeReport, StreamInfo } from "./messages.ts";

/** What a directory knows of another node. A value of one moment: ask again for the next. */
export type NodeView = {
	readonly info: NodeInfo;
	/** Not heard for 3 s: nothing new is pulled from it, what still flows goes on. */
	readonly suspect: boolean;
	/** It takes nothing new and its readers should move. */
	readonly draining: boolean;
	/** Share of the last second in which its event loop was busy: 0 idle, 1 full. */
	readonly load: number;
	/** How many streams it says it has. */
	readonly streams: number;
	/** Its streams are wanted here and `streamsOf` shows all of them that there is room for. */
	readonly synced: boolean;
};

/** A stream and the node that can give it. */
export type Holder = { readonly node: NodeView; readonly stream: StreamInfo };

/** `connecting` until the control plane first answers, then `live`; `stale` while it is away and what was known is kept. */
export type DirectoryState = "connecting" | "live" | "stale";

/** What changed, told after the directory shows it. */
export type DirectoryChange =
	| { readonly type: "state"; readonly state: DirectoryState }
	/** New here, started anew, or heard again after being suspect. */
	| { readonly type: "node-alive"; readonly node: NodeView }
	| { readonly type: "node-suspect"; readonly node: NodeView }
	/** Draining began or ended: see `node.draining`. */
	| { readonly type: "node-draining"; readonly node: NodeView }
	/** It left (`left`), or stayed silent for a minute (`forgotten`). Its streams were removed before this. */
	| { readonly type: "node-gone"; readonly node: NodeView; readonly reason: "left" | "forgotten" }
	/** All streams of a followed node are known now. */
	| { readonly type: "node-synced"; readonly node: NodeView }
	/** Added or updated. */
	| { readonly type: "stream-added"; readonly node: NodeView; readonly stream: StreamInfo }
	| {
			readonly type: "stream-removed";
			readonly node: NodeView;
			readonly stream: StreamInfo;
			/** The node's own word, or `restart`, `resync`, `left`, `forgotten`, `unfollowed`, `full`. */
			readonly reason: string;
	  };

/**
 * Which nodes and streams exist, kept up to date by the control plane. One per node.
 * Calls never wait and never throw for want of the control plane; disposing says goodbye to the others and takes at most a second.
 */
export interface Directory extends AsyncDisposable {
	/** Adds or updates a stream of this node; followers see it. */
	announce(stream: StreamInfo): void;
	/** Takes a stream of this node back; an unknown one is ignored. */
	withdraw(key: StreamKey, reason: string): void;
	/** Tells everyone that this node takes nothing new, or does again. */
	setDraining(draining: boolean): void;
	/** Asks another node to drain and stop; whether it does shows in its `draining`, and then in its absence. */
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
	/** Followed nodes that have this stream, suspect and draining ones included. Cost: the number of holders. */
	holders(key: StreamKey): readonly Holder[];
	/** Whether what is shown is current. */
	readonly state: DirectoryState;
	/** Calls `listener` for every change until the returned function is called. */
	on(listener: (change: DirectoryChange) => void): () => void;
}

/** The part of a pino logger the control plane uses. */
export type ControlLog = {
	info(fields: object, message: string): void;
	warn(fields: object, message: string): void;
};

/** What every directory is opened with. */
export type DirectoryOptions = {
	/** Nodes of different clusters do not see each other: `[A-Za-z0-9_-]{1,64}`. */
	readonly cluster: string;
	/** This node; `incarnation` comes from `newIncarnation()`. */
	readonly self: NodeInfo;
	/** Which nodes' streams are wanted here: this node's parents. Asked again with every sign of life. */
	readonly follow: (info: NodeInfo) => boolean;
	/** Looks on and stays unseen: it answers nobody, and what it announces is not told. */
	readonly unseen?: boolean;
	/** This node's load, 0 to 1, asked with every sign of life; 0 where nothing is given. */
	readonly load?: () => number;
	/** Somebody asks this node to drain and stop; may come again. */
	readonly onDrain?: () => void;
	readonly clock: Clock;
	readonly log: ControlLog;
	/** Counts an event by its fixed name and, where there are several, its fixed reason. */
	readonly count: (event: ControlEvent, reason?: string) => void;
};

/** Events worth a metric: names and reasons are few and fixed. */
export type ControlEvent =
	/** A message that is not what its subject promises, by the reason of the ProtocolError; or whose handling failed: `fault`. */
	| "control-discard"
	/** A snapshot was asked for: `new`, `gap`, `retry`. */
	| "control-register"
	/** The connection: `connected`, `away`, `silent`, `error`. */
	| "control-connection"
	/** Two living nodes use one id. */
	| "control-duplicate-id"
	/** A bound was reached: `nodes` and `streams` remembered, `own-streams` announced, `messages` that wait, `register` and `report` answers. */
	| "control-full";
