/** The command that the summary suggests after an ending. */
import { flagName } from "../../experiments/threads/flags.ts";
import type { JsonValue } from "../../json.ts";
import { shellWord } from "../../shellWord.ts";

/** What is needed to run the experiment once more. */
export interface RunAgain {
  /** Name of the experiment, or path of its module. */
  readonly experiment: string;
  /** Whether it is one of fluxion's own, whose searches all have the option `iterations`. */
  readonly builtIn: boolean;
  readonly seed: number;
  /** Options as they were given. */
  readonly options: Readonly<Record<string, JsonValue>>;
}

/**
 * The command to type next, with what it does.
 *
 * @param steps number of steps that the searches of this verdict took at most
 */
export function nextCommand(
  verdict: string,
  directory: string,
  again: RunAgain | undefined,
  steps: number | undefined,
): string {
  const serve = `npx fluxion serve ${shellWord(directory)}   look at the course of the search`;
  switch (verdict) {
    case "critical point":
      return `npx fluxion figure loss-index ${shellWord(directory)}   draw loss against Morse index`;
    case "gradient-flat region":
      return `npx fluxion figure flatness ${shellWord(directory)}   draw where the gradient was flat on the way`;
    case "unfinished":
      if (again === undefined) return serve;
      if (!again.builtIn || steps === undefined)
        return `${commandOf(again, {})} --seed ${again.seed + 1}   try another seed`;
      return `${commandOf(again, { iterations: 4 * Math.max(1, steps) })} --seed ${again.seed}   go on for longer`;
    case "stagnated":
      if (again === undefined) return serve;
      return `${commandOf(again, {})} --seed ${again.seed + 1}   search from another start`;
    case "diverged":
      return `npx fluxion replay ${shellWord(directory)}   print the rows before it`;
    default:
      return serve;
  }
}

/** The command with the options that were given, and others in their place. */
export function commandOf(
  { experiment, options }: Pick<RunAgain, "experiment" | "options">,
  change: Readonly<Record<string, JsonValue>>,
  name = "run",
): string {
  const flags = Object.entries({ ...options, ...change }).map(([key, value]) => {
    const name = flagName(key);
    if (typeof value === "boolean") return value ? name : `--no-${name.slice(2)}`;
    const text = Array.isArray(value)
      ? value.join(",")
      : typeof value === "object"
        ? JSON.stringify(value)
        : String(value);
    // An argument that begins with a sign would be read as an option.
    const word = text.startsWith("-") ? `-${shellWord(text.slice(1))}` : shellWord(text);
    return text.startsWith("-") || word !== text ? `${name}=${word}` : `${name} ${text}`;
  });
  return [`npx fluxion ${name}`, shellWord(experiment), ...flags].join(" ");
}
