import { initName, type MediaTrack, partName, segmentName } from "#shared/base/names";
import { edgeOf, type HlsEdge, type HlsSegment } from "./rendition.ts";
import { dateTime, quoted, seconds, tag } from "./tag.ts";

/** The first version with EXT-X-SKIP (rfc8216bis §8). */
const VERSION = 9;
/** The skip boundary lies so many target durations before the end, which is the least (rfc8216bis §4.4.3.8). */
const SKIP_TARGETS = 6;
/** So many segments tell their parts, the one in the making included: none of them ends 3 target durations before the end (§6.2.2). */
const SEGMENTS_WITH_PARTS = 3;
/** A player holds back so many parts; two is the least (§4.4.3.8). */
const HOLD_BACK_PARTS = 3;

/** One media playlist as it is at a moment. */
export type MediaPlaylist = {
	readonly kind: MediaTrack;
	/** What it lists: oldest first, numbers rise by one, the last may be growing. */
	readonly segments: readonly HlsSegment[];
	/** Seconds. */
	readonly targetDuration: number;
	readonly partMs: number;
	/** Where the other rendition ends. */
	readonly others: readonly { readonly kind: MediaTrack; readonly edge: HlsEdge }[];
	/** Nothing follows. */
	readonly hasEnded: boolean;
};

/** The address of a track's playlist, beside the multivariant one. */
export const mediaPlaylistName = (kind: MediaTrack): string => `${kind}.m3u8`;

/** The text of a media playlist, or of what is new in it (`isDelta`) where there is enough to skip. */
export function writeMediaPlaylist(playlist: MediaPlaylist, isDelta: boolean): string {
	const { segments, targetDuration, hasEnded } = playlist;
	const skipped = isDelta && !hasEnded ? skippable(segments, SKIP_TARGETS * targetDuration) : 0;
	const lines = head(playlist);
	if (skipped > 0) lines.push(tag("SKIP", { "SKIPPED-SEGMENTS": skipped }));
	const withParts = hasEnded
		? segments.length
		: segments.length - SEGMENTS_WITH_PARTS + (segments.at(-1)?.isWhole ? 1 : 0);
	for (const [at, segment] of segments.entries()) {
		if (at < skipped) continue;
		lines.push(...segmentLines(playlist, segment, { at, hasParts: at >= withParts }));
	}
	lines.push(...(hasEnded ? ["#EXT-X-ENDLIST"] : tail(playlist)));
	return `${lines.join("\n")}\n`;
}

function head({ segments, targetDuration, partMs }: MediaPlaylist): string[] {
	const partTarget = partMs / 1000;
	return [
		"#EXTM3U",
		`#EXT-X-VERSION:${VERSION}`,
		`#EXT-X-TARGETDURATION:${targetDuration}`,
		tag("SERVER-CONTROL", {
			"CAN-BLOCK-RELOAD": "YES",
			"PART-HOLD-BACK": HOLD_BACK_PARTS * partTarget,
			"CAN-SKIP-UNTIL": SKIP_TARGETS * targetDuration,
		}),
		tag("PART-INF", { "PART-TARGET": partTarget }),
		`#EXT-X-MEDIA-SEQUENCE:${segments[0]?.number ?? 0}`,
		`#EXT-X-DISCONTINUITY-SEQUENCE:${segments[0]?.discontinuities ?? 0}`,
		...(segments.every(({ parts: [first] }) => first?.isIndependent !== false) ? ["#EXT-X-INDEPENDENT-SEGMENTS"] : []),
	];
}

/** How many segments lie more than `span` seconds before the end. */
function skippable(segments: readonly HlsSegment[], span: number): number {
	let left = span * 90_000;
	for (let at = segments.length - 1; at >= 0; at--) {
		if (left <= 0) return at + 1;
		left -= segments[at]?.duration ?? 0;
	}
	return 0;
}

function segmentLines(
	{ kind, partMs, segments }: MediaPlaylist,
	{ number, begin, duration, discontinuities, initId, parts, isWhole }: HlsSegment,
	{ at, hasParts }: { at: number; hasParts: boolean },
): string[] {
	const lines: string[] = [];
	const before = segments[at - 1];
	// The first one's own is in EXT-X-DISCONTINUITY-SEQUENCE already: every node lists it alike, whenever it began to.
	if (before && discontinuities > before.discontinuities) lines.push("#EXT-X-DISCONTINUITY");
	if (initId !== before?.initId) lines.push(tag("MAP", { URI: quoted(initName(kind, initId)) }));
	lines.push(`#EXT-X-PROGRAM-DATE-TIME:${dateTime(begin)}`);
	// A frame may last longer than a part: such segments come whole, since no part may be over its target (§4.4.4.9).
	if (hasParts && parts.every((part) => part.duration <= partMs * 90)) {
		for (const [index, part] of parts.entries()) {
			lines.push(
				tag("PART", {
					DURATION: seconds(part.duration),
					URI: quoted(partName(kind, number, index)),
					INDEPENDENT: part.isIndependent ? "YES" : undefined,
				}),
			);
		}
	}
	// One whose end was lost is as whole as it gets.
	if (isWhole || at < segments.length - 1) lines.push(`#EXTINF:${seconds(duration)},`, segmentName(kind, number));
	return lines;
}

/** What comes next, and where the other rendition is. */
function tail({ kind, segments, others }: MediaPlaylist): string[] {
	const edge = edgeOf(segments);
	if (!edge) return [];
	const next = edge.isWhole ? partName(kind, edge.msn + 1, 0) : partName(kind, edge.msn, edge.part + 1);
	return [
		tag("PRELOAD-HINT", { TYPE: "PART", URI: quoted(next) }),
		...others.map(({ kind: other, edge: { msn, part } }) =>
			tag("RENDITION-REPORT", { URI: quoted(mediaPlaylistName(other)), "LAST-MSN": msn, "LAST-PART": part }),
		),
	];
}
