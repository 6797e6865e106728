import type { RtmpConnection } from "#shared/net/rtmp";
import { failure } from "#shared/net/socket";

/** `task` for somebody who calls many connections in turn: what it throws ends this connection alone. */
export const guarded =
	<Args extends unknown[]>(connection: RtmpConnection, task: (...args: Args) => void) =>
	(...args: Args): void => {
		try {
			task(...args);
		} catch (error) {
			connection.close(failure(error));
		}
	};
