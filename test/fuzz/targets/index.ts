import type { FuzzTarget } from "../target.ts";
import { controlTargets } from "./control.ts";
import { formatTargets } from "./formats.ts";
import { rtmpTargets } from "./rtmp.ts";
import { textTargets } from "./texts.ts";

/** Everything that reads what somebody else wrote. */
export const targets: readonly FuzzTarget[] = [...rtmpTargets, ...formatTargets, ...controlTargets, ...textTargets];
