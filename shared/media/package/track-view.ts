import type { CodecConfig } from "#shared/formats/codec";
import type { PackagedTrack } from "./packaged.ts";
import type { Segment } from "./segment.ts";
import type { TrackPackager } from "./track-packager.ts";

const TICKS_PER_SECOND = 90_000;

/** A track as its readers see it; undefined where nothing of it is in the window. */
export function viewOf({ kind, segments }: TrackPackager): PackagedTrack | undefined {
	const config = segments.findLast((segment) => segment.init)?.init?.config;
	return config && new TrackView(kind, config, segments);
}

class TrackView implements PackagedTrack {
	readonly kind: "video" | "audio";
	readonly config: CodecConfig;
	readonly segments: readonly Segment[];

	constructor(kind: "video" | "audio", config: CodecConfig, segments: readonly Segment[]) {
		this.kind = kind;
		this.config = config;
		this.segments = segments;
	}

	get bitrate(): number {
		let most = 0;
		for (const segment of this.segments) {
			const isMeasure = segment.duration > 0 && (segment.isWhole || most === 0);
			if (isMeasure) most = Math.max(most, (segment.bytes * 8 * TICKS_PER_SECOND) / segment.duration);
		}
		return Math.round(most);
	}

	get frameRate(): number | undefined {
		const whole = this.segments.findLast((segment) => segment.isWhole && segment.frames > 0);
		return whole && (whole.frames * TICKS_PER_SECOND) / whole.duration;
	}
}
