import type { AccessRequest, Refusal } from "#shared/access/request";
import type { Session, SessionNumbers, SessionRegistry } from "#shared/access/sessions";
import { streamKey } from "#shared/base/names";
import type { Events } from "#shared/base/runtime";
import type { MediaPacket } from "#shared/formats/packet";
import type { RtmpConnection } from "#shared/net/rtmp";
import { status } from "#shared/rtmp/session";
import type { Asking } from "./asking.ts";
import { guarded } from "./guarded.ts";
import type { Publication, PublishDesk } from "./publish-desk.ts";
import { asCalled, wordsOf } from "./refusal.ts";

export type PublishingOptions = {
	connection: RtmpConnection;
	asking: Asking;
	sessions: SessionRegistry;
	desk?: PublishDesk;
	role: string;
	events: Events;
	/** Somebody who runs the service ended it; the peer has been told. */
	onKicked(reason: string): void;
};

type PublishRefusal = "bad-name" | "busy" | "full" | "not-here" | Refusal;
type Asked = { readonly streamId: number; readonly name: string };
type Held = Asked & { readonly publication: Publication; readonly session: Session };

/** The publishing half of one connection's conversation. */
export class Publishing {
	readonly #options: PublishingOptions;
	readonly #connection: RtmpConnection;
	readonly #held = new Map<number, Held>();

	constructor(options: PublishingOptions) {
		this.#options = options;
		this.#connection = options.connection;
	}

	get isEmpty(): boolean {
		return this.#held.size === 0;
	}

	/** FCPublish: whether a publish would be taken; nothing is reserved. */
	announce(app: string, name: string): void {
		const key = streamKey(app, name);
		const isFree = key !== undefined && this.#options.desk?.isFree(key) === true;
		this.#connection.session.answerFcPublish(isFree ? status.publishStart : status.publishBadName, name);
	}

	begin(app: string, { name, streamId }: Asked): void {
		const asked = { name, streamId };
		const { desk, asking } = this.#options;
		const key = streamKey(app, name);
		if (!key) this.#refuse(asked, asCalled(app, name), "bad-name");
		else if (!desk) this.#refuse(asked, key, "not-here");
		else {
			asking.ask("publish", key, name, {
				allowed: (request) => this.#take(desk, request, asked),
				refused: (denial) => this.#refuse(asked, key, denial),
			});
		}
	}

	write(streamId: number, packet: MediaPacket): void {
		this.#held.get(streamId)?.publication.write(packet);
	}

	/** FCUnpublish: ends what is published under this name and says so either way. */
	endNamed(app: string, name: string): void {
		const key = streamKey(app, name);
		for (const held of this.#held.values()) {
			if (streamKey(app, held.name) === key) this.#end(held);
		}
		this.#connection.session.answerFcUnpublish(name);
	}

	/** closeStream and deleteStream; a stream that is not published is left alone. */
	endStream(streamId: number): void {
		const held = this.#held.get(streamId);
		if (!held) return;
		this.#end(held);
		this.#sayEnded(held);
	}

	/** The connection is gone. */
	drop(): void {
		const all = [...this.#held.values()];
		this.#held.clear();
		for (const { session } of all) session.close();
		for (const { publication } of all) publication.end("dropped");
	}

	#take(desk: PublishDesk, request: AccessRequest, asked: Asked): void {
		const { key } = request;
		const publication = desk.publish(key, {
			address: this.#connection.address,
			close: (reason, message) => this.#connection.close({ reason, message }),
		});
		if (!publication) {
			this.#refuse(asked, key, desk.has(key) ? "busy" : "full");
			return;
		}
		const bytesBefore = this.#connection.bytesRead;
		const session = this.#options.sessions.open(request, {
			numbers: () => this.#numbers(publication, bytesBefore),
			end: guarded(this.#connection, (reason) => this.#kick(asked.streamId, reason)),
		});
		this.#held.set(asked.streamId, { ...asked, publication, session });
		this.#connection.busy(true);
		this.#connection.session.acceptPublish(asked.streamId, asked.name);
	}

	#numbers(publication: Publication, bytesBefore: number): SessionNumbers {
		return {
			bytesIn: this.#connection.bytesRead - bytesBefore,
			bytesOut: 0,
			skippedFrames: 0,
			lostGroups: 0,
			state: publication.isSilent() ? "silent" : "live",
		};
	}

	#kick(streamId: number, reason: string): void {
		const held = this.#held.get(streamId);
		if (!held) return;
		this.#end(held);
		this.#sayEnded(held, reason);
		this.#options.onKicked(reason);
	}

	#end({ streamId, publication, session }: Held): void {
		this.#held.delete(streamId);
		session.close();
		this.#connection.session.endPublish(streamId);
		publication.end("clean");
	}

	#sayEnded({ streamId, name }: Held, why?: string): void {
		const { session } = this.#connection;
		session.onStatus(streamId, status.unpublishSuccess, name, why);
		session.answerFcUnpublish(name);
	}

	#refuse({ streamId, name }: Asked, stream: string, refusal: PublishRefusal): void {
		const { events, role } = this.#options;
		const { outcome, why } = wordsOf(refusal, stream, role);
		events.publishRefused(stream, this.#connection.address, outcome);
		this.#connection.session.rejectPublish(streamId, name, why);
	}
}
