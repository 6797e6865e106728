import { createHash } from "node:crypto";

/** The only version there is (RFC 6455 §4.1). */
export const WEBSOCKET_VERSION = "13";

/** §1.3: what a server proves with that it speaks this protocol. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Whether a `Sec-WebSocket-Key` is 16 bytes in base64 (§4.1). */
export const isWebSocketKey = (key: string): boolean => /^[A-Za-z0-9+/]{22}==$/.test(key);

/** The `Sec-WebSocket-Accept` that answers a key (§4.2.2). */
export const webSocketAccept = (key: string): string => createHash("sha1").update(`${key}${GUID}`).digest("base64");
