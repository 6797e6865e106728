/** An error that this project throws on purpose. `message` is one sentence for a person. A foreign error is its `cause`. */
export abstract class MeshError extends Error {
	override readonly name: string = this.constructor.name;
	/** The same call may succeed later without any change on our side. */
	abstract readonly retryable: boolean;
}

/**
 * A peer sent something that the protocol does not allow. Its connection is closed. `reason` is a short fixed word (a metric label),
 * `message` is the sentence for the log.
 */
export class ProtocolError extends MeshError {
	readonly retryable = false;
	readonly reason: string;
	constructor(reason: string, message: string) {
		super(message);
		this.reason = reason;
	}
}

/** A peer cannot be reached, has gone away or is silent. */
export class PeerLostError extends MeshError {
	readonly retryable = true;
}

/** A peer understood us and refused. `code` is its own code, such as `NetStream.Play.StreamNotFound`. */
export class RefusedError extends MeshError {
	readonly retryable = true;
	readonly code: string;
	constructor(code: string, message: string) {
		super(message);
		this.code = code;
	}
}

/** The configuration or the command line is wrong: exit status 2. */
export class ConfigError extends MeshError {
	readonly retryable = false;
}

/** The machine does not allow it (a port is taken, a program is missing): exit status 1. */
export class StartError extends MeshError {
	readonly retryable = false;
}
