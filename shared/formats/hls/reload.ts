import type { HlsEdge } from "./rendition.ts";

/** A segment, or a part of it, that a playlist is to have before it is sent (rfc8216bis §6.2.5.2). */
export type Awaited = { readonly msn: number; readonly part?: number | undefined };

/** What a player's query asks of a playlist; `bad` is one sentence. */
export type Directives =
	| { readonly type: "now"; readonly skip: boolean }
	| { readonly type: "wait"; readonly awaited: Awaited; readonly skip: boolean }
	| { readonly type: "bad"; readonly why: string };

/** A player may be this far ahead of the playlist's last segment, and this many seconds of parts (§6.2.5.2). */
const SEGMENTS_AHEAD = 2;
const SECONDS_AHEAD = 3;

const NUMBER = /^\d{1,15}$/;

const bad = (why: string): Directives => ({ type: "bad", why });

/** Reads `_HLS_msn`, `_HLS_part` and `_HLS_skip`; any other parameter is none of ours. */
export function readDirectives(query: Readonly<Record<string, unknown>>): Directives {
	const { _HLS_msn: msn, _HLS_part: part, _HLS_skip: skip } = query;
	const skips = skip === "YES" || skip === "v2";
	if (msn === undefined && part === undefined) return { type: "now", skip: skips };
	if (msn === undefined) return bad("_HLS_part stands beside _HLS_msn only");
	if (!isNumber(msn)) return bad("_HLS_msn is the number of a segment");
	if (part !== undefined && !isNumber(part)) return bad("_HLS_part is the number of a part");
	return {
		type: "wait",
		awaited: { msn: Number(msn), part: part === undefined ? undefined : Number(part) },
		skip: skips,
	};
}

const isNumber = (value: unknown): value is string => typeof value === "string" && NUMBER.test(value);

/** Whether a rendition that ends at `edge` has what is awaited. A part behind a segment's last is the first of the next. */
export function has(edge: HlsEdge, { msn, part }: Awaited): boolean {
	if (msn !== edge.msn) return msn < edge.msn;
	return part === undefined ? edge.isWhole : part <= edge.part;
}

/** Why a player may not wait for that, or undefined. */
export function tooFar(edge: HlsEdge, { msn, part = 0 }: Awaited, partMs: number): string | undefined {
	if (msn > edge.msn + SEGMENTS_AHEAD) {
		return `segment ${msn} is more than ${SEGMENTS_AHEAD} ahead of ${edge.msn}, the last one`;
	}
	const most = Math.ceil(SECONDS_AHEAD / Math.min(partMs / 1000, 1));
	const last = msn === edge.msn ? edge.part : -1;
	if (msn >= edge.msn && part > last + most) return `part ${part} of segment ${msn} is more than ${most} parts ahead`;
	return undefined;
}
