export { refuse, sendPage } from "./answers.ts";
export { goneOf } from "./gone.ts";
export { serveSegments } from "./serve-segments.ts";
export type { Showing } from "./showing.ts";
export { Showings, type ShowingsOptions } from "./showings.ts";
