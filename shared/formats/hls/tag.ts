/** Ticks of the timeline in a second. */
const TICKS = 90_000;

/** A decimal-floating-point of RFC 8216 §4.2. Five digits tell ticks apart, and rounding never lifts a part over its target. */
export const seconds = (ticks: number): string => (Math.floor((ticks / TICKS) * 100_000) / 100_000).toFixed(5);

/** A moment as EXT-X-PROGRAM-DATE-TIME writes it. */
export const dateTime = (ticks: number): string => new Date(Math.floor(ticks / (TICKS / 1000))).toISOString();

/** A quoted-string (RFC 8216 §4.2); what is quoted here has neither quotes nor line ends. */
export const quoted = (text: string): string => `"${text}"`;

/** A tag with its attributes; undefined ones are left out. */
export function tag(name: string, attributes: Readonly<Record<string, string | number | undefined>>): string {
	const list = Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
	return `#EXT-X-${name}:${list.join(",")}`;
}
