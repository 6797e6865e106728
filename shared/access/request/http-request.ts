import { type AccessRequest, agentOf, credentialsOf, queryOf } from "./access-request.ts";

/** What of an HTTP request is looked at; Fastify's fit. */
export type HttpAsked = {
	/** The peer's IP address. */
	readonly ip: string;
	/** As in the request line, with the query. */
	readonly url: string;
	readonly headers: { readonly "user-agent"?: string | undefined; readonly authorization?: string | undefined };
};

/** What somebody asks for over HTTP, in the words of all doors. */
export const accessOf = (
	{ ip, url, headers }: HttpAsked,
	wish: Pick<AccessRequest, "action" | "key" | "protocol">,
): AccessRequest => ({
	...wish,
	address: ip,
	query: queryOf(url),
	agent: agentOf(headers["user-agent"]),
	credentials: credentialsOf(headers.authorization),
	node: undefined,
});
