import {
	type BudgetShare,
	ChunkReader,
	DEFAULT_CHUNK_SIZE,
	type OutMessage,
	type RawMessage,
	TYPE_ACKNOWLEDGEMENT,
	TYPE_AGGREGATE,
	TYPE_SET_PEER_BANDWIDTH,
	TYPE_USER_CONTROL,
	TYPE_WINDOW_ACK_SIZE,
	writeMessage,
} from "#shared/rtmp/chunk";
import {
	acknowledgement,
	decodeUserControl,
	decodeWindowAckSize,
	encodeUserControl,
	OUT_CHUNK_SIZE,
	setChunkSize,
	splitAggregate,
} from "#shared/rtmp/message";

/** Bytes between two acknowledgements: what FMS announces, and the default if the peer announces nothing. */
export const WINDOW_BYTES = 2_500_000;

/** What both ends of a connection do after the handshake: chunks, acknowledgements, pings. */
export class Link {
	/** Bytes to send; the session that owns this link takes them with `take`. */
	#out: Uint8Array[] = [];
	readonly #reader: ChunkReader;
	#chunkSize = DEFAULT_CHUNK_SIZE;
	#window = WINDOW_BYTES;
	#received = 0;
	#acknowledged = 0;

	/** The peer may send messages of up to `maxMessageBytes`, until `allow` changes that. */
	constructor(maxMessageBytes?: number) {
		this.#reader = new ChunkReader(maxMessageBytes);
	}

	/** Sets another bound for the peer's messages. */
	allow(maxMessageBytes: number): void {
		this.#reader.allow(maxMessageBytes);
	}

	/** Counts the bytes of the peer's unfinished messages in a budget, until `close`. */
	countIn(share: BudgetShare): void {
		this.#reader.countIn(share);
	}

	/** The connection is gone. */
	close(): void {
		this.#reader.close();
	}

	/** The messages in `bytes`, without those of the protocol itself. Throws ProtocolError. */
	push(bytes: Buffer): RawMessage[] {
		const messages: RawMessage[] = [];
		this.read(bytes, (message) => messages.push(message));
		return messages;
	}

	/** As `push`, but each message is delivered before the next one is read. */
	read(bytes: Buffer, onMessage: (message: RawMessage) => void): void {
		this.#received += bytes.length;
		this.#reader.read(bytes, (message) => {
			for (const part of this.#consume(message)) onMessage(part);
		});
		if (this.#received - this.#acknowledged >= this.#window) {
			this.#acknowledged = this.#received;
			this.send(acknowledgement(this.#received));
		}
	}

	send(message: OutMessage): void {
		writeMessage(message, this.#chunkSize, this.#out);
	}

	/** Sends bytes without chunks: those of the handshake. */
	sendRaw(bytes: Uint8Array): void {
		this.#out.push(bytes);
	}

	/** Tells the peer that our chunks are larger from now on. */
	raiseChunkSize(): void {
		this.send(setChunkSize(OUT_CHUNK_SIZE));
		this.#chunkSize = OUT_CHUNK_SIZE;
	}

	ping(timestamp: number): void {
		this.send(encodeUserControl({ event: "ping-request", timestamp }));
	}

	/** All bytes to send, in order. The link forgets them. */
	take(): Uint8Array[] {
		const out = this.#out;
		if (out.length > 0) this.#out = [];
		return out;
	}

	#consume(message: RawMessage): RawMessage[] {
		switch (message.type) {
			case TYPE_AGGREGATE:
				return splitAggregate(message);
			case TYPE_WINDOW_ACK_SIZE:
				// A window of zero would ask for an acknowledgement per read.
				this.#window = Math.max(decodeWindowAckSize(message.payload), DEFAULT_CHUNK_SIZE);
				return [];
			case TYPE_USER_CONTROL: {
				const control = decodeUserControl(message.payload);
				if (control.event === "ping-request") {
					this.send(encodeUserControl({ event: "ping-response", timestamp: control.timestamp }));
				}
				return [];
			}
			case TYPE_ACKNOWLEDGEMENT:
			case TYPE_SET_PEER_BANDWIDTH:
				// The flow control of the socket does this work. A peer that acknowledges nothing is served all the same.
				return [];
			default:
				return [message];
		}
	}
}
