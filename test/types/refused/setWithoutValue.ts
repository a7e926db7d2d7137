// expected: error TS2322: Type '{ type: "set"; setting: string; }' is not assignable to type 'Command'.
import type { Command } from "fluxion";

export const command: Command = { type: "set", setting: "momentum.decay" };
