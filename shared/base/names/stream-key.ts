/** `app/name`: the name of a stream everywhere in the mesh. */
export type StreamKey = string & { readonly kind: "StreamKey" };

/** No real stream has a longer name. The bound keeps keys usable in logs and URLs. */
export const MAX_NAME_LENGTH = 128;

const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9_.~+@=-]*$/;
const CONTAINER_PREFIX = /^(mp4|f4v|flv):/;
const CONTAINER_SUFFIX = /\.(mp4|f4v|flv|mov|m4v)$/;

const isSegment = (text: string): boolean => text.length <= MAX_NAME_LENGTH && SEGMENT.test(text);

/** An RTMP app as clients write it (`live`, `live/`, `live/_definst_`, `live?token=x`) as one plain name. */
function appName(app: string): string {
	const [path = ""] = app.split("?", 1);
	return path.replace(/\/+$/, "").replace(/\/_definst_$/, "");
}

/** A stream name as clients write it: `mp4:name.f4v`, `flv:name` and `name?token=x` all mean `name` (as FMLE and FMS write it). */
function plainName(name: string): string {
	const [path = ""] = name.split("?", 1);
	return CONTAINER_PREFIX.test(path) ? path.replace(CONTAINER_PREFIX, "").replace(CONTAINER_SUFFIX, "") : path;
}

/** The key for a client's `app` and `name`; undefined if either is not a valid name. */
export function streamKey(app: string, name: string): StreamKey | undefined {
	const [first, second] = [appName(app), plainName(name)];
	return isSegment(first) && isSegment(second) ? (`${first}/${second}` as StreamKey) : undefined;
}

/** Reads `app/name` from configuration and control messages. */
export function parseStreamKey(text: string): StreamKey | undefined {
	const [app = "", name = "", ...rest] = text.split("/");
	return rest.length === 0 && isSegment(app) && isSegment(name) ? (text as StreamKey) : undefined;
}

/** The two halves of a key. */
export function splitStreamKey(key: StreamKey): { app: string; name: string } {
	const [app = "", name = ""] = key.split("/");
	return { app, name };
}
