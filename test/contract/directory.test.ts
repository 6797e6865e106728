import { directoryContract } from "./directory.ts";
import { memoryPlane, natsPlane } from "./directory-planes.ts";

directoryContract("memory", memoryPlane);
directoryContract("NATS", natsPlane);
