import { ProtocolError } from "#shared/base/errors";
import type { Amf0Value } from "#shared/formats/amf0";
import type { MediaPacket } from "#shared/formats/packet";
import { type MediaMessage, MediaUnwrapper } from "#shared/rtmp/message";
import { nameArgument, type ServerEvent } from "./server-event.ts";

/** Message streams of one connection: players and encoders use one, Flash programs a few. */
export const MAX_MESSAGE_STREAMS = 8;

/** An `idle` stream was created and does nothing. The others publish or play, whether that is answered yet or not. */
type Use = { doing: "idle" | "publish" | "play"; name: string; media: MediaUnwrapper };

/** The message streams a client created on its connection (RTMP 1.0 §7.2.1.3), and what each is doing. */
export class MessageStreams {
	readonly #uses = new Map<number, Use>();

	/** The number of a new stream. */
	create(): number {
		let streamId = 1;
		while (this.#uses.has(streamId)) streamId++;
		if (streamId > MAX_MESSAGE_STREAMS) {
			throw new ProtocolError("message-streams", `more than ${MAX_MESSAGE_STREAMS} message streams on one connection`);
		}
		this.#uses.set(streamId, { doing: "idle", name: "", media: new MediaUnwrapper() });
		return streamId;
	}

	begin(doing: "publish" | "play", streamId: number, name: Amf0Value): ServerEvent | undefined {
		const use = this.#uses.get(streamId);
		if (!use)
			throw new ProtocolError("no-such-stream", `${doing} on message stream ${streamId}, which was not created`);
		// How Flash says that it stops (NetStream.publish, NetStream.play).
		if (name === false) return this.close(streamId);
		if (use.doing !== "idle") throw new ProtocolError("stream-busy", `${doing} on a message stream that is in use`);
		use.name = nameArgument(name);
		use.doing = doing;
		use.media = new MediaUnwrapper();
		return { type: doing, streamId, name: use.name };
	}

	get isPublishing(): boolean {
		return this.#publishing().length > 0;
	}

	/** The server ended the publish or play of this stream. */
	idle(streamId: number): void {
		const use = this.#uses.get(streamId);
		if (use) use.doing = "idle";
	}

	/** The client ended the publish or play of this stream. */
	close(streamId: number): ServerEvent | undefined {
		const use = this.#uses.get(streamId);
		if (!use || use.doing === "idle") return undefined;
		use.doing = "idle";
		return { type: "close-stream", streamId };
	}

	/** `which` is the number of a stream. rtmp2sink of GStreamer 1.22 sends the name that it publishes. */
	delete(which: Amf0Value): ServerEvent | undefined {
		const streamId = typeof which === "number" ? which : this.#called(which);
		if (streamId === undefined) return undefined;
		const event = this.close(streamId);
		this.#uses.delete(streamId);
		return event;
	}

	/** Undefined if nothing is published there: frames still under way when a publish ends are dropped. */
	packet(message: MediaMessage): { streamId: number; packet: MediaPacket } | undefined {
		const streamId = message.streamId === 0 ? this.#onlyPublish() : message.streamId;
		const use = streamId === undefined ? undefined : this.#uses.get(streamId);
		if (streamId === undefined || use?.doing !== "publish") return undefined;
		return { streamId, packet: use.media.packet(message) };
	}

	/** node-media-server 4.4 pushes its media on message stream 0, even if it publishes on another stream. */
	#onlyPublish(): number | undefined {
		const publishing = this.#publishing();
		return publishing.length === 1 ? publishing[0] : undefined;
	}

	#publishing(): number[] {
		return [...this.#uses].flatMap(([streamId, { doing }]) => (doing === "publish" ? [streamId] : []));
	}

	#called(name: Amf0Value): number | undefined {
		for (const [streamId, use] of this.#uses) if (use.doing !== "idle" && use.name === name) return streamId;
		return undefined;
	}
}
