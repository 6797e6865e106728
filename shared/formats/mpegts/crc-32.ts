/** x^32 + x^26 + x^23 + x^22 + x^16 + x^12 + x^11 + x^10 + x^8 + x^7 + x^5 + x^4 + x^2 + x + 1, highest bit first. */
const POLYNOMIAL = 0x04c1_1db7;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
	let value = byte << 24;
	for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? POLYNOMIAL : 0);
	return value;
});

/** The CRC of a section (ISO/IEC 13818-1 Annex A): begins with all ones, is not turned round at the end. */
export function crc32(bytes: Uint8Array): number {
	let value = 0xffff_ffff;
	for (const byte of bytes) value = (value << 8) ^ (TABLE[(value >>> 24) ^ byte] ?? 0);
	return value >>> 0;
}
