import { z } from "zod";
import { parseServerUrl, type ServerScheme } from "#shared/base/address";
import { isNodeId, parseStreamKey, type StreamKey } from "#shared/base/names";

/** A stream passes one node per layer. More than a few layers only add delay, so a longer list is a loop. */
const MAX_HOPS = 16;
/** Multitrack streams carry a few codecs; sixteen is twice what any encoder sends. */
const MAX_CODECS = 16;
/** Streams of one node that others remember: twice the 10,000 with which a node is measured. */
export const MAX_STREAMS_PER_NODE = 20_000;
/** Entries of one register page. The bound keeps the parsing of a message to a few milliseconds. */
export const MAX_PAGE_STREAMS = 2_000;
/** Pages of one snapshot: enough for all streams of a node if every entry has the greatest length. */
export const MAX_PAGES = 512;
/** Labels, versions and codec names are for people and metrics. No real one is longer. */
const MAX_LABEL_LENGTH = 64;
/** A host name has at most 253 characters; the rest is scheme and port. */
const MAX_URL_LENGTH = 280;
/** More play along beside the one on air only for the moments of a change. */
export const MAX_STANDBY = 16;
/** A sentence fragment for the log. */
export const MAX_REASON_LENGTH = 128;

const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
const PRINTABLE = /^[\x20-\x7e]+$/;

const id = z.string().refine(isNodeId);
const label = z.string().max(MAX_LABEL_LENGTH).regex(PRINTABLE);
const url = (...schemes: ServerScheme[]) =>
	z
		.string()
		.max(MAX_URL_LENGTH)
		.refine((text) => schemes.some((scheme) => parseServerUrl(text, scheme) !== undefined));
const count = z.number().int().nonnegative();
const streamKey = z.custom<StreamKey>((value) => typeof value === "string" && parseStreamKey(value) !== undefined);

/** Who a node is; the same for its whole run. */
export const nodeInfo = z.object({
	id,
	role: z.enum(["origin", "intermediate", "edge"]),
	/** Label of the server group the node belongs to. */
	group: label,
	rank: z.enum(["primary", "secondary"]),
	/** Where other nodes pull from: `rtmp://host:port`, as `parseServerUrl` reads it. */
	rtmp: url("rtmp"),
	/** Where its API answers: `http://host:port`. */
	http: url("http", "https"),
	/** New at every start, so that a restarted node is not mistaken for its former run. See `newIncarnation`. */
	incarnation: id,
	version: label,
});
/** Who a node is; the same for its whole run. */
export type NodeInfo = z.infer<typeof nodeInfo>;

/** A stream a node can give. */
export const streamInfo = z.object({
	key: streamKey,
	/** Node ids the stream passed, each once, from the origin down to and with the node that announces it. */
	hops: z
		.array(id)
		.min(1)
		.max(MAX_HOPS)
		.refine((hops) => hops.every((hop, place) => hops.indexOf(hop) === place)),
	codecs: z.array(label).max(MAX_CODECS),
	/** When it began, UTC: `2026-01-31T12:00:00.000Z`. */
	since: z.string().regex(UTC),
});
/** A stream that a node can give: key, the nodes it passed from the origin down, codecs, begin (UTC). */
export type StreamInfo = z.infer<typeof streamInfo>;

/** Sent each second and on change. Also the answer to `discover`. */
export const alive = z.object({
	node: nodeInfo,
	/** Number of the node's last stream change. */
	seq: count,
	/** How many streams it has. */
	streams: count.max(MAX_STREAMS_PER_NODE),
	/** Share of the last second in which the node's event loop was busy: 0 idle, 1 full. */
	load: z.number().min(0).max(1),
	/** It finishes what it serves and takes nothing new. */
	draining: z.boolean(),
});
/** A node's sign of life. */
export type Alive = z.infer<typeof alive>;

/** A child asks a parent for all its streams (FCAddChild). */
export const register = z.object({ node: nodeInfo });

/** One part of the answer to `register`; all parts show the same moment `seq`. */
export const registerPage = z.object({
	node: nodeInfo,
	seq: count,
	/** 0 … pages - 1 */
	page: count.max(MAX_PAGES - 1),
	pages: z.number().int().min(1).max(MAX_PAGES),
	streams: z.array(streamInfo).max(MAX_PAGE_STREAMS),
});
/** One part of the answer to `register`. */
export type RegisterPage = z.infer<typeof registerPage>;

/** The node id of a server, or `host:port` where no node is known there. */
const server = z.string().max(MAX_URL_LENGTH).regex(PRINTABLE);

/** A stream that is published at a node or pulled by it. */
const carriedStream = z.object({
	key: streamKey,
	/** The server on air; null where there is none, as with every stream that is published at the node. */
	upstream: server.nullable(),
	/** Servers that play along, ready to take over. */
	standby: z.array(server).max(MAX_STANDBY),
	/** Viewers and nodes that read it here. */
	readers: count,
});
/** A stream that is published at a node or pulled by it. */
export type CarriedStream = z.infer<typeof carriedStream>;

/** One part of the answer to `report`. */
export const reportPage = z.object({
	incarnation: id,
	/** 0 … pages - 1 */
	page: count.max(MAX_PAGES - 1),
	pages: z.number().int().min(1).max(MAX_PAGES),
	/** How many publish, play (viewers) and pull (nodes) at the node. */
	sessions: z.object({ publish: count, play: count, pull: count }),
	streams: z.array(carriedStream).max(MAX_PAGE_STREAMS),
});
/** One part of the answer to `report`. */
export type ReportPage = z.infer<typeof reportPage>;
/** What a node carries and whom it serves, at one moment. */
export type NodeReport = Readonly<Pick<ReportPage, "sessions">> & { readonly streams: readonly CarriedStream[] };

/** A stream began or changed. */
export const addStream = z.object({ incarnation: id, seq: count, stream: streamInfo });
/** A stream began or changed. */
export type AddStream = z.infer<typeof addStream>;

/** A stream ended. */
export const removeStream = z.object({
	incarnation: id,
	seq: count,
	key: streamKey,
	reason: z.string().max(MAX_REASON_LENGTH),
});
/** A stream ended. */
export type RemoveStream = z.infer<typeof removeStream>;

/** A node stops on purpose. */
export const gone = z.object({ incarnation: id });
/** A node stops on purpose. */
export type Gone = z.infer<typeof gone>;

const ticks = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** An origin asks another one for its account of a stream's timeline. */
export const askTimeline = z.object({ node: id, key: streamKey });

/** Where a node's segments of a stream begin, and by which frames another node recognises that; no `account`: it has none. */
export const timelineAnswer = z.object({
	account: z
		.object({
			segmentMs: z.number().int().min(1_000).max(20_000),
			segments: z
				.array(z.object({ number: count, begin: ticks, discontinuities: count.default(0) }))
				.min(1)
				.max(16),
			starts: z.array(z.object({ fingerprint: ticks, at: ticks })).max(32),
		})
		.optional(),
});
