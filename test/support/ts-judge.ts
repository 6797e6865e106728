/** What a transport stream holds, and what in it breaks ISO/IEC 13818-1; read from the specification, apart from the muxer. */
export type TsVerdict = {
	readonly faults: string[];
	readonly programs: { version: number; streams: { pid: number; type: number; descriptors: string }[] }[];
	readonly units: { pid: number; pts: number; dts: number; data: Buffer; isRandomAccess: boolean }[];
	readonly jumps: number;
};

const SIZE = 188;
const TICKS_100_MS = 9_000;
/** A PID or a time that was not seen yet. */
const NONE = -1;

/** Bit by bit (Annex A). A section with its CRC behind it leaves 0. */
function remainder(bytes: Uint8Array): number {
	let crc = 0xffffffff;
	for (const byte of bytes) {
		for (let bit = 7; bit >= 0; bit--) {
			const top = (crc >>> 31) ^ ((byte >> bit) & 1);
			crc = ((crc << 1) ^ (top ? 0x04c11db7 : 0)) >>> 0;
		}
	}
	return crc;
}

const timeAt = (b: Buffer, at: number): number =>
	(((b[at] ?? 0) >> 1) & 7) * 2 ** 30 + (b.readUInt16BE(at + 1) >> 1) * 2 ** 15 + (b.readUInt16BE(at + 3) >> 1);

/** A packet's header and adaptation field (2.4.3.2, 2.4.3.4), and where it stands. */
type TsPacket = {
	readonly at: number;
	readonly pid: number;
	readonly isStart: boolean;
	readonly counter: number;
	readonly isJump: boolean;
	readonly isRandomAccess: boolean;
	readonly pcr: number | undefined;
	/** Undefined where it has none. */
	readonly body: Buffer | undefined;
};

type Streams = TsVerdict["programs"][number]["streams"];

/** Judges whole packets from the beginning of a stream, or from where a reader joined. */
export function judgeTs(bytes: Buffer): TsVerdict {
	const judge = new TsJudge();
	if (bytes.length % SIZE !== 0) judge.faults.push("packets are cut");
	for (let at = 0; at + SIZE <= bytes.length; at += SIZE) judge.judge(at, bytes.subarray(at, at + SIZE));
	judge.end();
	return judge;
}

class TsJudge implements TsVerdict {
	readonly faults: string[] = [];
	readonly programs: { version: number; streams: Streams }[] = [];
	readonly units: TsVerdict["units"][number][] = [];
	jumps = 0;
	readonly #counters = new Map<number, number>();
	readonly #open = new Map<number, { parts: Buffer[]; isRandomAccess: boolean }>();
	#pmtPid = NONE;
	#pcrPid = NONE;
	#pcr = NONE;
	#tablesAt = NONE;

	judge(at: number, bytes: Buffer): void {
		const packet = this.#read(at, bytes);
		if (packet.isJump) this.jumps++;
		this.#count(packet);
		if (packet.pcr !== undefined) this.#setClock(packet, packet.pcr);
		if (packet.body === undefined) return;
		if (packet.pid === 0) this.#readPrograms(packet, packet.body);
		else if (packet.pid === this.#pmtPid) this.#readMap(packet, packet.body);
		else this.#collect(packet, packet.body);
	}

	end(): void {
		for (const pid of [...this.#open.keys()]) this.#close(pid);
		for (const pid of new Set(this.units.map((unit) => unit.pid))) {
			const units = this.units.filter((unit) => unit.pid === pid);
			if (units.some(({ dts }, place) => dts <= (units[place - 1]?.dts ?? NONE)))
				this.faults.push(`PID ${pid}: DTS falls`);
			if (units.some(({ pts, dts }) => pts < dts)) this.faults.push(`PID ${pid}: PTS before DTS`);
		}
	}

	#fault(at: number, what: string): void {
		this.faults.push(`packet ${at / SIZE}: ${what}`);
	}

	#read(at: number, bytes: Buffer): TsPacket {
		if (bytes[0] !== 0x47) this.#fault(at, "sync byte");
		const control = ((bytes[3] ?? 0) >> 4) & 3;
		const fieldBytes = (control & 2) === 0 ? 0 : 1 + (bytes[4] ?? 0);
		if (control === 0 || fieldBytes > SIZE - 4 || (control === 2 && fieldBytes !== SIZE - 4))
			this.#fault(at, "adaptation field");
		const flags = fieldBytes > 1 ? (bytes[5] ?? 0) : 0;
		return {
			at,
			pid: bytes.readUInt16BE(1) & 0x1fff,
			isStart: ((bytes[1] ?? 0) & 0x40) !== 0,
			counter: (bytes[3] ?? 0) & 15,
			isJump: (flags & 0x80) !== 0,
			isRandomAccess: (flags & 0x40) !== 0,
			pcr: (flags & 0x10) === 0 ? undefined : bytes.readUInt32BE(6) * 2 + ((bytes[10] ?? 0) >> 7),
			body: (control & 1) === 0 ? undefined : bytes.subarray(4 + fieldBytes),
		};
	}

	#count({ at, pid, counter, body, isJump }: TsPacket): void {
		const last = this.#counters.get(pid);
		const expected = last === undefined ? counter : (last + (body ? 1 : 0)) & 15;
		if (counter !== expected && !isJump) this.#fault(at, `PID ${pid} counts ${counter}, expected ${expected}`);
		this.#counters.set(pid, counter);
	}

	#setClock({ at, pid, isJump }: TsPacket, pcr: number): void {
		if (pid !== this.#pcrPid) this.#fault(at, "PCR on another PID");
		const step = pcr - this.#pcr;
		if (this.#pcr >= 0 && !isJump && (step <= 0 || step > TICKS_100_MS)) this.#fault(at, `PCR steps ${step}`);
		if (isJump) this.#tablesAt = NONE;
		this.#pcr = pcr;
	}

	#section(at: number, body: Buffer): Buffer {
		const start = 1 + (body[0] ?? 0);
		const end = start + 3 + (body.readUInt16BE(start + 1) & 0xfff);
		if (remainder(body.subarray(start, end)) !== 0) this.#fault(at, "CRC");
		return body.subarray(start, end - 4);
	}

	#readPrograms({ at, isJump }: TsPacket, body: Buffer): void {
		this.#pmtPid = this.#section(at, body).readUInt16BE(10) & 0x1fff;
		if (isJump) this.#tablesAt = NONE;
	}

	#readMap({ at }: TsPacket, body: Buffer): void {
		const map = this.#section(at, body);
		const version = ((map[5] ?? 0) >> 1) & 31;
		this.#pcrPid = map.readUInt16BE(8) & 0x1fff;
		const streams: Streams = [];
		for (let place = 12; place < map.length; ) {
			const size = map.readUInt16BE(place + 3) & 0xfff;
			const descriptors = map.subarray(place + 5, place + 5 + size).toString("latin1");
			streams.push({ type: map[place] ?? 0, pid: map.readUInt16BE(place + 1) & 0x1fff, descriptors });
			place += 5 + size;
		}
		if (this.programs.at(-1)?.version !== version) this.programs.push({ version, streams });
		const since = this.#pcr - this.#tablesAt;
		if (this.#tablesAt >= 0 && since > TICKS_100_MS) this.#fault(at, `tables after ${since}`);
		this.#tablesAt = this.#pcr;
	}

	#collect({ at, pid, isStart, isRandomAccess }: TsPacket, body: Buffer): void {
		if (!this.programs.at(-1)?.streams.some((stream) => stream.pid === pid))
			this.#fault(at, `PID ${pid} is not listed`);
		if (isStart) {
			this.#close(pid);
			this.#open.set(pid, { parts: [], isRandomAccess });
			const dts = body.length > 19 && ((body[7] ?? 0) & 0x40) !== 0 ? timeAt(body, 14) : timeAt(body, 9);
			if (dts < this.#pcr) this.#fault(at, `decoded at ${dts}, before the clock ${this.#pcr}`);
		}
		this.#open.get(pid)?.parts.push(body);
	}

	/** A whole PES packet (2.4.3.6). */
	#close(pid: number): void {
		const unit = this.#open.get(pid);
		this.#open.delete(pid);
		if (!unit) return;
		const pes = Buffer.concat(unit.parts);
		if (pes.readUIntBE(0, 3) !== 1) this.faults.push(`PID ${pid}: no PES start code`);
		const length = pes.readUInt16BE(4);
		if (length !== 0 && length + 6 !== pes.length)
			this.faults.push(`PID ${pid}: PES length ${length} of ${pes.length}`);
		if (length === 0 && pid !== 0x100) this.faults.push(`PID ${pid}: open length`);
		const pts = timeAt(pes, 9);
		const dts = ((pes[7] ?? 0) & 0x40) === 0 ? pts : timeAt(pes, 14);
		const { isRandomAccess } = unit;
		this.units.push({ pid, pts, dts, data: pes.subarray(9 + (pes[8] ?? 0)), isRandomAccess });
	}
}
