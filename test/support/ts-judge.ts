/** What a transport stream holds, and what in it breaks ISO/IEC 13818-1; read from the specification, apart from the muxer. */
export type TsVerdict = {
	readonly faults: string[];
	readonly programs: { version: number; streams: { pid: number; type: number; descriptors: string }[] }[];
	readonly units: { pid: number; pts: number; dts: number; data: Buffer; isRandomAccess: boolean }[];
	readonly jumps: number;
};

const SIZE = 188;
const TICKS_100_MS = 9_000;

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

/** Judges whole packets from the beginning of a stream, or from where a reader joined. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: the rules stand in the order of the packet's fields
export function judgeTs(bytes: Buffer): TsVerdict {
	const verdict: TsVerdict & { jumps: number } = { faults: [], programs: [], units: [], jumps: 0 };
	const fault = (at: number, what: string): void => void verdict.faults.push(`packet ${at / SIZE}: ${what}`);
	const counters = new Map<number, number>();
	const open = new Map<number, { parts: Buffer[]; isRandomAccess: boolean }>();
	let [pmtPid, pcrPid, pcr, tablesAt] = [-1, -1, -1, -1];

	const section = (at: number, body: Buffer): Buffer => {
		const start = 1 + (body[0] ?? 0);
		const end = start + 3 + (body.readUInt16BE(start + 1) & 0xfff);
		if (remainder(body.subarray(start, end)) !== 0) fault(at, "CRC");
		return body.subarray(start, end - 4);
	};
	const close = (pid: number): void => {
		const unit = open.get(pid);
		open.delete(pid);
		if (!unit) return;
		const pes = Buffer.concat(unit.parts);
		if (pes.readUIntBE(0, 3) !== 1) verdict.faults.push(`PID ${pid}: no PES start code`);
		const length = pes.readUInt16BE(4);
		if (length !== 0 && length + 6 !== pes.length)
			verdict.faults.push(`PID ${pid}: PES length ${length} of ${pes.length}`);
		if (length === 0 && pid !== 0x100) verdict.faults.push(`PID ${pid}: open length`);
		const pts = timeAt(pes, 9);
		const dts = ((pes[7] ?? 0) & 0x40) === 0 ? pts : timeAt(pes, 14);
		const { isRandomAccess } = unit;
		verdict.units.push({ pid, pts, dts, data: pes.subarray(9 + (pes[8] ?? 0)), isRandomAccess });
	};

	if (bytes.length % SIZE !== 0) verdict.faults.push("packets are cut");
	for (let at = 0; at + SIZE <= bytes.length; at += SIZE) {
		const packet = bytes.subarray(at, at + SIZE);
		if (packet[0] !== 0x47) fault(at, "sync byte");
		const pid = packet.readUInt16BE(1) & 0x1fff;
		const isStart = ((packet[1] ?? 0) & 0x40) !== 0;
		const control = ((packet[3] ?? 0) >> 4) & 3;
		const counter = (packet[3] ?? 0) & 15;
		const fieldBytes = (control & 2) === 0 ? 0 : 1 + (packet[4] ?? 0);
		if (control === 0 || fieldBytes > SIZE - 4 || (control === 2 && fieldBytes !== SIZE - 4))
			fault(at, "adaptation field");
		const flags = fieldBytes > 1 ? (packet[5] ?? 0) : 0;
		const isJump = (flags & 0x80) !== 0;
		if (isJump) verdict.jumps++;
		const last = counters.get(pid);
		const expected = last === undefined ? counter : (last + (control & 1)) & 15;
		if (counter !== expected && !isJump) fault(at, `PID ${pid} counts ${counter}, expected ${expected}`);
		counters.set(pid, counter);
		if ((flags & 0x10) !== 0) {
			const base = packet.readUInt32BE(6) * 2 + ((packet[10] ?? 0) >> 7);
			if (pid !== pcrPid) fault(at, "PCR on another PID");
			if (pcr >= 0 && !isJump && (base - pcr <= 0 || base - pcr > TICKS_100_MS)) fault(at, `PCR steps ${base - pcr}`);
			if (isJump) tablesAt = -1;
			pcr = base;
		}
		if ((control & 1) === 0) continue;
		const body = packet.subarray(4 + fieldBytes);
		if (pid === 0) {
			pmtPid = section(at, body).readUInt16BE(10) & 0x1fff;
			if (isJump) tablesAt = -1;
		} else if (pid === pmtPid) {
			const map = section(at, body);
			const version = ((map[5] ?? 0) >> 1) & 31;
			pcrPid = map.readUInt16BE(8) & 0x1fff;
			const streams: TsVerdict["programs"][number]["streams"] = [];
			for (let place = 12; place < map.length; ) {
				const size = map.readUInt16BE(place + 3) & 0xfff;
				const descriptors = map.subarray(place + 5, place + 5 + size).toString("latin1");
				streams.push({ type: map[place] ?? 0, pid: map.readUInt16BE(place + 1) & 0x1fff, descriptors });
				place += 5 + size;
			}
			if (verdict.programs.at(-1)?.version !== version) verdict.programs.push({ version, streams });
			if (tablesAt >= 0 && pcr - tablesAt > TICKS_100_MS) fault(at, `tables after ${pcr - tablesAt}`);
			tablesAt = pcr;
		} else {
			if (!verdict.programs.at(-1)?.streams.some((stream) => stream.pid === pid)) fault(at, `PID ${pid} is not listed`);
			if (isStart) {
				close(pid);
				open.set(pid, { parts: [], isRandomAccess: (flags & 0x40) !== 0 });
				const dts = body.length > 19 && ((body[7] ?? 0) & 0x40) !== 0 ? timeAt(body, 14) : timeAt(body, 9);
				if (dts < pcr) fault(at, `decoded at ${dts}, before the clock ${pcr}`);
			}
			open.get(pid)?.parts.push(body);
		}
	}
	for (const pid of [...open.keys()]) close(pid);
	for (const pid of new Set(verdict.units.map((unit) => unit.pid))) {
		const units = verdict.units.filter((unit) => unit.pid === pid);
		if (units.some(({ dts }, place) => dts <= (units[place - 1]?.dts ?? -1)))
			verdict.faults.push(`PID ${pid}: DTS falls`);
		if (units.some(({ pts, dts }) => pts < dts)) verdict.faults.push(`PID ${pid}: PTS before DTS`);
	}
	return verdict;
}
