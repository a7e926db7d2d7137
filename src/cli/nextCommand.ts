/** The command that the summary suggests after an ending. */
import type { JsonValue } from "../json.ts";

/** What is needed to run the experiment once more. */
export interface RunAgain {
  /** Name of the experiment, or path of its module. */
  readonly experiment: string;
  readonly seed: number;
  /** Options as they were given, and their defaults. */
  readonly options: Readonly<Record<string, JsonValue>>;
}

/** The command to type next, with what it does. */
export function nextCommand(verdict: string, directory: string, again: RunAgain | undefined): string {
  const serve = `npx fluxion serve ${directory}   look at the course of the search`;
  const otherStart =
    again === undefined
      ? serve
      : `npx fluxion run ${again.experiment} --seed ${again.seed + 1}   search from another start`;
  switch (verdict) {
    case "critical point":
      return `npx fluxion figure loss-index ${directory}   draw loss against Morse index`;
    case "gradient-flat region":
      return `npx fluxion figure flatness ${directory}   draw where the gradient was flat on the way`;
    case "unfinished": {
      const iterations = again?.options.iterations;
      if (again === undefined || typeof iterations !== "number") return otherStart;
      const more = `npx fluxion run ${again.experiment} --seed ${again.seed} --iterations ${4 * iterations}`;
      return `${more}   go on for longer`;
    }
    case "stagnated":
      return otherStart;
    default:
      return `npx fluxion replay ${directory}   print the rows before it`;
  }
}
