import type { Access } from "#shared/access/admission";
import { streamKey } from "#shared/base/names";
import { checkPeer } from "#shared/mesh/node-link";
import type { CloseCause, ConnectionHandler, RtmpConnection } from "#shared/net/rtmp";
import { failure } from "#shared/net/socket";
import { type ServerEvent, type StatusCode, status } from "#shared/rtmp/session";
import { Asking } from "./asking.ts";
import { Playing, type PlayingOptions } from "./playing.ts";
import type { PublishDesk } from "./publish-desk.ts";
import { Publishing } from "./publishing.ts";
import { Subscribing } from "./subscribing.ts";
import { TimeShifts } from "./time-shift.ts";

/** What a door lets in and where it leads; one without a desk refuses publishers. */
export type RtmpDoor = Pick<PlayingOptions, "self" | "role" | "clock" | "source" | "players" | "policy" | "events"> & {
	access: Access;
	desk?: PublishDesk;
};

/** Closing words of peers that leave or are sent away in good order; every other cause is counted against them. */
const IN_ORDER = new Set(["closed", "lost", "stopped", "evicted", "taken-over", "kicked"]);

/** Makes the handler of one accepted connection: its whole conversation, from `connect` to the end. */
export function rtmpDoor(door: RtmpDoor): (connection: RtmpConnection) => ConnectionHandler {
	const shifts = new TimeShifts();
	return (connection) => new Conversation(door, connection, shifts);
}

class Conversation implements ConnectionHandler {
	readonly #door: RtmpDoor;
	readonly #connection: RtmpConnection;
	readonly #asking: Asking;
	readonly #publishing: Publishing;
	readonly #playing: Playing;
	readonly #subscribing: Subscribing;
	#app = "";
	/** The id of the node at the other end; undefined for encoders and players. */
	#node: string | undefined;

	constructor(door: RtmpDoor, connection: RtmpConnection, shifts: TimeShifts) {
		this.#door = door;
		this.#connection = connection;
		this.#asking = new Asking(connection, door.access);
		const sessions = door.access.sessions;
		const about = {
			...door,
			connection,
			sessions,
			asking: this.#asking,
			shifts,
			onIdle: () => this.#settle(),
			onKicked: (reason: string) => this.#onKicked(reason),
		};
		this.#publishing = new Publishing(about);
		this.#playing = new Playing(about);
		this.#subscribing = new Subscribing(about);
	}

	onEvent(event: ServerEvent): void {
		switch (event.type) {
			case "connect":
				this.#onConnect(event);
				break;
			case "media":
				this.#publishing.write(event.streamId, event.packet);
				break;
			case "fc-publish":
				this.#publishing.announce(this.#app, event.name);
				break;
			case "publish":
				this.#publishing.begin(this.#app, event);
				break;
			case "fc-unpublish":
				this.#publishing.endNamed(this.#app, event.name);
				this.#settle();
				break;
			case "fc-subscribe":
				this.#subscribing.ask(this.#app, event.name, event.call);
				break;
			case "fc-unsubscribe":
				this.#subscribing.end(this.#app, event.name);
				break;
			case "play":
				this.#playing.begin(this.#app, event, this.#node);
				break;
			case "pause":
				this.#playing.pause(event.streamId, event.paused);
				break;
			case "receive":
				this.#playing.receive(event.streamId, event.track, event.wanted);
				break;
			case "seek":
				this.#playing.seek(event.streamId, event.at);
				break;
			case "close-stream":
				this.#playing.endStream(event.streamId);
				this.#publishing.endStream(event.streamId);
				this.#settle();
				break;
		}
	}

	onClose(cause: CloseCause): void {
		let why = cause;
		for (const part of [this.#asking, this.#subscribing, this.#playing, this.#publishing]) {
			try {
				part.drop();
			} catch (error) {
				// The other parts let go all the same.
				why = failure(error);
			}
		}
		this.#door.events.connectionClosed(!IN_ORDER.has(why.reason), { address: this.#connection.address, ...why });
	}

	#onConnect(event: Extract<ServerEvent, { type: "connect" }>): void {
		const { app, object } = event;
		const { session, address } = this.#connection;
		const { self, events } = this.#door;
		if (!session.randoms) return;
		if (!streamKey(app, "x")) {
			this.#refuse(status.connectInvalidApp, "bad-app", "an app is one name of letters, digits and _.-");
			return;
		}
		const peer = checkPeer(self, object, session.randoms);
		if (peer.type === "refused") {
			events.nodeRefused(peer.reason, address);
			this.#refuse(status.connectRejected, peer.reason, peer.message);
			return;
		}
		this.#app = app;
		if (peer.type === "node") this.#node = peer.id;
		this.#asking.introduce(event, this.#node);
		session.acceptConnect(peer.type === "node" ? peer.answer : {});
	}

	#refuse(code: StatusCode, reason: string, message: string): void {
		this.#connection.session.rejectConnect(code, message);
		this.#connection.flush();
		this.#connection.close({ reason, message });
	}

	get #isIdle(): boolean {
		return this.#playing.isEmpty && this.#publishing.isEmpty;
	}

	#settle(): void {
		if (this.#isIdle) this.#connection.busy(false);
	}

	/** A connection that has nothing else to do goes, too. */
	#onKicked(message: string): void {
		this.#connection.flush();
		if (this.#isIdle) this.#connection.close({ reason: "kicked", message });
	}
}
