import {
	mergePages,
	type SessionFilter,
	type SessionInfo,
	type SessionPage,
	type SessionRegistry,
} from "#shared/access/sessions";
import type { SessionsView } from "#shared/doors/api";
import type { Siblings } from "#shared/node/workers";

/** A question of a worker to the others. They answer with a page, a session, or whether they had it; "" stands for `undefined`. */
type Asked =
	| {
			readonly type: "list";
			readonly filter: SessionFilter;
			readonly limit: number;
			readonly after?: string | undefined;
	  }
	| { readonly type: "get"; readonly id: string }
	| { readonly type: "end"; readonly id: string; readonly reason: string };

/** The sessions of this process and of the other processes that share its ports, if there are any. */
export function allSessions(own: SessionRegistry, siblings: Siblings | undefined): SessionsView {
	siblings?.show("sessions", async (what) => JSON.stringify(answer(own, JSON.parse(what) as Asked)) ?? "");
	const others = async (asked: Asked): Promise<unknown[]> => {
		const texts = (await siblings?.gather("sessions", JSON.stringify(asked))) ?? [];
		return texts.filter((text) => text !== "").map((text) => JSON.parse(text) as unknown);
	};
	return {
		async list(filter, limit, after) {
			const pages = await others({ type: "list", filter, limit, after });
			return mergePages([own.list(filter, limit, after), ...(pages as SessionPage[])], limit);
		},
		async get(id) {
			return own.get(id) ?? ((await others({ type: "get", id })) as SessionInfo[])[0];
		},
		async end(id, reason) {
			return own.end(id, reason) || (await others({ type: "end", id, reason })).includes(true);
		},
	};
}

function answer(own: SessionRegistry, asked: Asked): SessionPage | SessionInfo | boolean | undefined {
	switch (asked.type) {
		case "list":
			return own.list(asked.filter, asked.limit, asked.after);
		case "get":
			return own.get(asked.id);
		case "end":
			return own.end(asked.id, asked.reason);
	}
}
