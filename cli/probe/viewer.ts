import type { MeshError } from "#shared/base/errors";
import type { MediaPacket } from "#shared/formats/packet";

/** What a viewer hears: packets, then at most one end, unless it leaves before. */
export type Viewer = { onPacket(packet: MediaPacket): void; onEnd(error: MeshError): void };
