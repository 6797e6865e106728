import type { DashPeriod } from "./periods.ts";
import { segmentTemplate } from "./segment-template.ts";
import type { DashTrack } from "./track.ts";
import { duration, element, type Xml } from "./xml.ts";

/** Media times are UTC since here, so this never changes and is the same at every edge. */
const AVAILABILITY_START = "1970-01-01T00:00:00Z";
const PROFILES = "urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019";
/** Players that do not know of parts stay so many segments behind. */
const DELAY_SEGMENTS = 3;
/** Those that do are led to one segment and so many parts behind the encoder, a little faster or slower on the way. */
const DELAY_PARTS = 2;
const PLAYBACK_RATE = { min: 0.96, max: 1.04 };
const CHANNELS = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011";
const HTTP_ISO = "urn:mpeg:dash:utc:http-iso:2014";
const TICKS = 90_000;

/** A stream as a manifest tells it. */
export type DashManifest = {
	/** Oldest first. */
	readonly periods: readonly DashPeriod[];
	readonly segmentMs: number;
	readonly partMs: number;
	/** How far back a player may seek. */
	readonly windowMs: number;
	/** Nothing follows. */
	readonly hasEnded: boolean;
	/** Where a player gets the time, as seen from the manifest. */
	readonly timeUrl: string;
};

/** The text of an MPD of the live profile (ISO/IEC 23009-1 §5.3.1, DASH-IF low latency). */
export function writeManifest(manifest: DashManifest): string {
	const { segmentMs, partMs, windowMs, hasEnded, timeUrl, periods } = manifest;
	const end = endOf(periods);
	const timing = element("UTCTiming", { schemeIdUri: HTTP_ISO, value: timeUrl });
	const root = element(
		"MPD",
		{
			xmlns: "urn:mpeg:dash:schema:mpd:2011",
			profiles: PROFILES,
			type: "dynamic",
			availabilityStartTime: AVAILABILITY_START,
			publishTime: new Date(Math.floor(end / (TICKS / 1000))).toISOString(),
			minimumUpdatePeriod: hasEnded ? undefined : duration(partMs / 1000),
			mediaPresentationDuration: hasEnded ? duration(end / TICKS) : undefined,
			timeShiftBufferDepth: duration(windowMs / 1000),
			minBufferTime: duration(segmentMs / 1000),
			suggestedPresentationDelay: duration((DELAY_SEGMENTS * segmentMs) / 1000),
		},
		[serviceDescription(manifest), ...periods.map((each) => period(each, manifest, timing)), timing],
	);
	return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

/** Where the stream ends at present. */
function endOf(periods: readonly DashPeriod[]): number {
	const last = periods.flatMap(({ tracks }) => tracks.flatMap(({ segments }) => segments.slice(-1)));
	return Math.max(0, ...last.map(({ begin, duration: length }) => begin + length));
}

function serviceDescription({ segmentMs, partMs }: DashManifest): Xml {
	return element("ServiceDescription", { id: 0 }, [
		element("Latency", {
			referenceId: 0,
			target: segmentMs + DELAY_PARTS * partMs,
			min: (DELAY_PARTS + 1) * partMs,
			max: DELAY_SEGMENTS * segmentMs,
		}),
		element("PlaybackRate", PLAYBACK_RATE),
	]);
}

function period({ id, start, tracks }: DashPeriod, { segmentMs, partMs }: DashManifest, timing: Xml): Xml {
	const sets = tracks.map((track) =>
		element(
			"AdaptationSet",
			{
				id: track.kind === "video" ? 1 : 2,
				contentType: track.kind,
				mimeType: `${track.kind}/mp4`,
				segmentAlignment: true,
				startWithSAP: 1,
			},
			[
				element(
					"ProducerReferenceTime",
					{ id: 0, inband: true, type: "encoder", wallClockTime: AVAILABILITY_START, presentationTime: 0 },
					[timing],
				),
				segmentTemplate(track, { start, segmentMs, partMs }),
				representation(track),
			],
		),
	);
	return element("Period", { id, start: duration(start / TICKS) }, sets);
}

function representation({ kind, config, bitrate, frameRate }: DashTrack): Xml {
	const common = { id: kind, bandwidth: Math.ceil(bitrate), codecs: config.codecs };
	if (config.kind === "audio") {
		return element("Representation", { ...common, audioSamplingRate: config.sampleRate }, [
			element("AudioChannelConfiguration", { schemeIdUri: CHANNELS, value: config.channels }),
		]);
	}
	return element("Representation", {
		...common,
		width: config.width,
		height: config.height,
		frameRate: frameRate === undefined ? undefined : fraction(frameRate),
	});
}

/** Whole, or in thousandths: the attribute has no decimal point. */
const fraction = (rate: number): string => (Number.isInteger(rate) ? `${rate}` : `${Math.round(rate * 1000)}/1000`);
