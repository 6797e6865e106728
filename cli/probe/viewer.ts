import type { MeshError } from "#shared/errors";
import type { MediaPacket } from "#shared/media";

/** What a viewer hears: packets, then at most one end, unless it leaves before. */
export type Viewer = { onPacket(packet: MediaPacket): void; onEnd(error: MeshError): void };
