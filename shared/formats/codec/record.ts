import { ProtocolError } from "#shared/base/errors";

/** Configuration records of ISO/IEC 14496-15 begin with their version, and there is only one. */
export function version(record: string, found: number, wanted = 1): void {
	if (found !== wanted)
		throw new ProtocolError("codec-header", `${record} of version ${found}; version ${wanted} is known`);
}

/** Two digits, as RFC 6381 strings have them. */
export const hexByte = (value: number): string => value.toString(16).padStart(2, "0");

/** A number with a leading zero, as `av01` and `vp09` strings have them. */
export const twoDigits = (value: number): string => String(value).padStart(2, "0");
