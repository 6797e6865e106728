import { bodyOf, codecOf, compositionTime } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";
import { MAX_PES_BYTES, pesPacket, streamId } from "./pes.ts";
import { NO_PROGRAM, type Program, programAt, tracksOf } from "./program.ts";
import { PAT, PAT_PID, PMT_PID, padded } from "./tables.ts";
import { ticks } from "./ticks.ts";
import type { Track } from "./track.ts";
import { adaptationPacket, counted, TS_PACKET_BYTES, tsPackets } from "./ts-packet.ts";

/**
 * Tables and clock are to come each 100 ms (ISO/IEC 13818-1 §2.7.2; the tables by custom). They come with frames, so
 * they are sent when the next frame may be too late for it.
 */
const INTERVAL = ticks(60);
/** How long before it is decoded a frame comes: the skew of sound and picture in what encoders send fits in. */
const LEAD = ticks(300);

/** What the bytes of a stream depend on beside its packets: what came before. Replaced, never changed. */
export type MuxState = {
	readonly program: Program;
	/** The next continuity_counter, by PID. */
	readonly counters: Readonly<Record<number, number>>;
	/** The latest decode time so far, in ticks. */
	readonly clock: number;
	/** When the tables were sent last. */
	readonly tablesAt: number;
	/** The clock as it was sent last. */
	readonly pcr: number;
	/** The last picture's decode time. */
	readonly videoDts: number;
};

/** A table has a packet to itself. */
const TABLE_BYTES = TS_PACKET_BYTES - 4;

/** Before the first packet of a stream. */
export const BEGINNING: MuxState = {
	program: NO_PROGRAM,
	counters: {},
	clock: Number.NEGATIVE_INFINITY,
	tablesAt: Number.NEGATIVE_INFINITY,
	pcr: Number.NEGATIVE_INFINITY,
	videoDts: Number.NEGATIVE_INFINITY,
};

/**
 * Appends what a packet is in an MPEG transport stream, whole TS packets, and says what to go on with; the same state and
 * packet give the same bytes. A keyframe has the tables in front. `headers` are the codec headers in force. What has no place
 * in such a stream gives no bytes. Never throws.
 */
export function mux(
	state: MuxState,
	packet: MediaPacket,
	headers: readonly MediaPacket[],
	into: Uint8Array[],
): MuxState {
	if (packet.role !== "frame" && packet.role !== "keyframe") return state;
	const program = programAt(state.program, packet, headers);
	const track = packet.kind === "video" ? program.video : program.audio;
	const parts = track && unitOf(track, packet);
	if (!track || !parts) return state;
	const run = new Run(state, program, ticks(packet.time));
	const isKeyframe = packet.role === "keyframe";
	run.tables(isKeyframe, into);
	run.frame({ track, parts, isKeyframe, composition: compositionOf(packet) }, into);
	return run.state;
}

/**
 * What a reader gets in front of the packet that `state` comes before: the tables, and if it has `missed` what came before, word
 * to every decoder that counters and times jump here (§2.4.3.5).
 */
export function leadIn({ program, counters, pcr }: MuxState, missed: boolean): Uint8Array {
	const tracks = tracksOf(program);
	if (tracks.length === 0) return Buffer.alloc(0);
	const next = (pid: number): number => counters[pid] ?? 0;
	const jump = { isDiscontinuity: missed };
	const table = (pid: number, section: Buffer): Buffer =>
		tsPackets(
			pid,
			counted(next(pid), -1),
			padded(section, missed ? TABLE_BYTES - 2 : TABLE_BYTES),
			missed ? jump : undefined,
		);
	const marks = tracks.map(({ pid }) =>
		adaptationPacket(pid, next(pid), { ...jump, pcr: pid === program.pcrPid ? pcr : undefined }),
	);
	return Buffer.concat([table(PAT_PID, PAT), table(PMT_PID, program.map), ...(missed ? marks : [])]);
}

const compositionOf = ({ kind, payload }: MediaPacket): number =>
	kind === "video" ? ticks(compositionTime(payload)) : 0;

/** A frame as its track has it; undefined where it is another codec's, empty, or too large. */
function unitOf(track: Track, packet: MediaPacket): Uint8Array[] | undefined {
	const body = bodyOf(packet);
	if (!body || codecOf(packet.kind, packet.payload) !== track.codec) return undefined;
	const parts = track.unit(body, packet.role === "keyframe");
	const size = parts.reduce((sum, { length }) => sum + length, 0);
	return size === 0 || (packet.kind !== "video" && size > MAX_PES_BYTES) ? undefined : parts;
}

type Frame = {
	readonly track: Track;
	readonly parts: readonly Uint8Array[];
	readonly isKeyframe: boolean;
	readonly composition: number;
};

/** One packet's way through the state. */
class Run {
	readonly #program: Program;
	readonly #counters: Record<number, number>;
	readonly #clock: number;
	readonly #time: number;
	#tablesAt: number;
	#pcr: number;
	#videoDts: number;

	constructor(state: MuxState, program: Program, time: number) {
		const isListed = program.map === state.program.map;
		this.#program = program;
		this.#counters = { ...state.counters };
		this.#time = time;
		this.#clock = Math.max(state.clock, time);
		this.#tablesAt = isListed ? state.tablesAt : Number.NEGATIVE_INFINITY;
		this.#pcr = state.pcr;
		this.#videoDts = state.videoDts;
	}

	get state(): MuxState {
		return {
			program: this.#program,
			counters: this.#counters,
			clock: this.#clock,
			tablesAt: this.#tablesAt,
			pcr: this.#pcr,
			videoDts: this.#videoDts,
		};
	}

	tables(isDue: boolean, into: Uint8Array[]): void {
		if (!isDue && this.#clock - this.#tablesAt < INTERVAL) return;
		this.#tablesAt = this.#clock;
		this.#send(PAT_PID, padded(PAT, TABLE_BYTES), into);
		this.#send(PMT_PID, padded(this.#program.map, TABLE_BYTES), into);
	}

	frame({ track, parts, isKeyframe, composition }: Frame, into: Uint8Array[]): void {
		const pcr = this.#pcrFor(isKeyframe);
		const isHere = track.pid === this.#program.pcrPid;
		if (pcr !== undefined && !isHere) {
			const { pcrPid } = this.#program;
			into.push(adaptationPacket(pcrPid, this.#counters[pcrPid] ?? 0, { pcr }));
		}
		const said = isHere ? pcr : undefined;
		const adaptation = isKeyframe || said !== undefined ? { isRandomAccess: isKeyframe, pcr: said } : undefined;
		const times =
			track.streamId === streamId.video ? this.#pictureTimes(composition) : { pts: this.#time, dts: this.#time };
		const pes = pesPacket({ streamId: track.streamId, pts: times.pts + LEAD, dts: times.dts + LEAD }, parts);
		this.#send(track.pid, pes, into, adaptation);
	}

	/** The clock, where it is to be sent: it always rises. */
	#pcrFor(isDue: boolean): number | undefined {
		if (!isDue && this.#clock - this.#pcr < INTERVAL) return undefined;
		this.#pcr = Math.max(this.#clock, this.#pcr + 1);
		return this.#pcr;
	}

	/** A picture is decoded before it is shown, and after the one before it: where an encoder counts otherwise, DTS gives way. */
	#pictureTimes(composition: number): { pts: number; dts: number } {
		const shown = this.#time + composition;
		const dts = Math.max(Math.min(this.#time, shown), this.#videoDts + 1);
		this.#videoDts = dts;
		return { dts, pts: Math.max(shown, dts) };
	}

	#send(pid: number, payload: Buffer, into: Uint8Array[], adaptation?: Parameters<typeof tsPackets>[3]): void {
		const counter = this.#counters[pid] ?? 0;
		const bytes = tsPackets(pid, counter, payload, adaptation);
		this.#counters[pid] = counted(counter, bytes.length / TS_PACKET_BYTES);
		into.push(bytes);
	}
}
