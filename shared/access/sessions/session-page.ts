import type { SessionInfo, SessionPage } from "./session.ts";

const byId = (a: SessionInfo, b: SessionInfo): number => (a.id < b.id ? -1 : 1);

/** Pages of several processes, all from behind the same id on, as one of `limit` sessions at most. */
export function mergePages(pages: readonly SessionPage[], limit: number): SessionPage {
	const all = pages.flatMap(({ sessions }) => sessions).sort(byId);
	const sessions = all.slice(0, limit);
	const hasMore = sessions.length < all.length || pages.some(({ next }) => next !== undefined);
	const next = hasMore ? sessions.at(-1)?.id : undefined;
	const total = pages.reduce((sum, page) => sum + page.total, 0);
	return { sessions, total, ...(next !== undefined && { next }) };
}
