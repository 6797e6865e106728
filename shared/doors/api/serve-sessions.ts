import { z } from "zod";
import { PROTOCOLS } from "#shared/access/request";
import { SESSION_ACTIONS, type SessionFilter, type SessionInfo, type SessionPage } from "#shared/access/sessions";
import { parseStreamKey } from "#shared/base/names";
import type { HttpApp } from "#shared/net/http";

/** About 300 bytes of JSON a session: an answer is put together in one turn, some milliseconds. */
const MAX_PAGE = 1_000;
const PAGE = 100;

/** What a peer is told when its session is ended here. */
const ENDED = "this session was ended by whoever runs the service";

/** The sessions of a service, whatever number of processes it is. */
export interface SessionsView {
	/** In the order they began, `limit` at most, from behind the id `after` on. */
	list(filter: SessionFilter, limit: number, after: string | undefined): Promise<SessionPage>;
	get(id: string): Promise<SessionInfo | undefined>;
	/** False where there is none of that id. */
	end(id: string, reason: string): Promise<boolean>;
}

/** What may stand in a query, and the sentence for whoever writes something else. */
const SENTENCES: Readonly<Record<string, string>> = {
	key: "key is the name of one stream, such as live/news",
	action: `action is one of ${SESSION_ACTIONS.join(", ")}`,
	protocol: `protocol is one of ${PROTOCOLS.join(", ")}`,
	address: "address is one IP address",
	limit: `limit is a whole number from 1 to ${MAX_PAGE}`,
	after: "after is the id of a session, as next gives it",
};

const QUERY = z.strictObject({
	key: z
		.string()
		.refine((text) => parseStreamKey(text) !== undefined)
		.optional(),
	action: z.enum(SESSION_ACTIONS).optional(),
	protocol: z.enum(PROTOCOLS).optional(),
	address: z.union([z.ipv4(), z.ipv6()]).optional(),
	limit: z
		.string()
		.regex(/^\d{1,4}$/)
		.transform(Number)
		.pipe(z.number().min(1).max(MAX_PAGE))
		.default(PAGE),
	after: z
		.string()
		.regex(/^[0-9a-f]{1,64}$/)
		.optional(),
});

/**
 * Adds `/api/v1/sessions`, who publishes, plays and pulls here, page by page, and `/api/v1/sessions/<id>`, one of them, which
 * `DELETE` ends. All is JSON, errors too.
 */
export function serveSessions(app: HttpApp, sessions: SessionsView): void {
	app.get("/api/v1/sessions", async (request, reply) => {
		const { success, data, error } = QUERY.safeParse(request.query);
		if (!success) return reply.code(400).send({ error: complaint(error) });
		const { limit, after, ...filter } = data;
		return await sessions.list(filter, limit, after);
	});
	const unknown = (id: string) => ({ error: `there is no session ${id.slice(0, 64)}` });
	app.get<{ Params: { id: string } }>("/api/v1/sessions/:id", async ({ params: { id } }, reply) => {
		return (await sessions.get(id)) ?? reply.code(404).send(unknown(id));
	});
	app.delete<{ Params: { id: string } }>("/api/v1/sessions/:id", async ({ params: { id } }, reply) => {
		return (await sessions.end(id, ENDED)) ? { ended: id } : reply.code(404).send(unknown(id));
	});
}

function complaint({ issues: [first] }: z.ZodError): string {
	const sentence = SENTENCES[String(first?.path[0])];
	return sentence ?? `the query may have ${Object.keys(SENTENCES).join(", ")}, and nothing besides`;
}
