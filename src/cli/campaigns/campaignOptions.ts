import { Option } from "commander";
import { failure } from "../../errors.ts";
import { everyIndex, type IndexRanges, indicesBelow, parseIndices } from "../../experiments/campaigns/indexSet.ts";

/** Reads `--keep`: every how manieth search keeps all its rows; 0: none does. */
export function keepOption(): Option {
  return new Option(
    "--keep <what>",
    "ends: the end of each search only; all: all rows of all searches; a number k: ends, and all rows of every k-th search",
  )
    .default(0, "ends")
    .argParser((text) => {
      if (text === "ends") return 0;
      if (text === "all") return 1;
      const every = Number(text.replace(/^every[ :]/, ""));
      if (Number.isSafeInteger(every) && every >= 1) return every;
      throw failure("ERR_COMMAND_LINE", `--keep: expected ends, all or a whole number from 1, got "${text}"`);
    });
}

/** A part of a campaign, of which there are `of`; `number` counts from 1. */
export interface Shard {
  readonly number: number;
  readonly of: number;
}

/** Reads `--shard`. */
export function shardOption(environment: NodeJS.ProcessEnv = process.env): Option {
  return new Option(
    "--shard <k/K>",
    "run the k-th of K parts, k from 1: every K-th search; auto: as Slurm's array says; auto/K: K parts, k from Slurm or Kubernetes",
  ).argParser((text) => shardFrom(text, environment));
}

/** Reads a shard, from the environment where it says `auto`. @throws ERR_COMMAND_LINE */
export function shardFrom(text: string, environment: NodeJS.ProcessEnv): Shard {
  const [, k, of] = /^(\d{1,9}|auto)(?:\/(\d{1,9}))?$/.exec(text.trim()) ?? [];
  if (k === "auto") return fromScheduler(environment, of === undefined ? undefined : Number(of));
  const shard = { number: Number(k), of: Number(of) };
  if (shard.number >= 1 && shard.number <= shard.of) return shard;
  throw failure("ERR_COMMAND_LINE", `--shard: expected k/K with k from 1 to K, such as 3/8, or auto, got "${text}"`);
}

function fromScheduler(environment: NodeJS.ProcessEnv, of: number | undefined): Shard {
  const number = (name: string): number | undefined => {
    const text = environment[name];
    return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  };
  const task = number("SLURM_ARRAY_TASK_ID");
  const [place, parts] =
    task === undefined
      ? [number("JOB_COMPLETION_INDEX"), of]
      : [
          (task - (number("SLURM_ARRAY_TASK_MIN") ?? 0)) / (number("SLURM_ARRAY_TASK_STEP") ?? 1),
          of ?? number("SLURM_ARRAY_TASK_COUNT"),
        ];
  if (place === undefined || parts === undefined) {
    throw failure(
      "ERR_COMMAND_LINE",
      "--shard auto: expected SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT in the environment, " +
        "or JOB_COMPLETION_INDEX with --shard auto/K, got neither; write --shard k/K",
    );
  }
  if (Number.isInteger(place) && place >= 0 && place < parts) return { number: place + 1, of: parts };
  throw failure(
    "ERR_COMMAND_LINE",
    `--shard auto: part ${place + 1} of ${parts} does not exist; the array has more tasks than parts`,
  );
}

/** Reads `--indices`. */
export function indicesOption(): Option {
  return new Option("--indices <set>", "run these searches only, such as 5,17-20,100-199:2").argParser((text) =>
    parseIndices(text, "--indices"),
  );
}

/** The searches that are wanted: those of a shard, those that were named, or all. */
export function wantedRanges(
  count: number,
  { shard, indices }: { readonly shard?: Shard | undefined; readonly indices?: IndexRanges | undefined },
): IndexRanges {
  if (shard !== undefined && indices !== undefined) {
    throw failure("ERR_COMMAND_LINE", "--shard and --indices: expected one of them, got both");
  }
  if (indices !== undefined) return indicesBelow(indices, count, "--indices");
  if (shard === undefined) return everyIndex(count);
  return shard.number > count ? [] : [{ from: shard.number - 1, to: count - 1, step: shard.of }];
}
