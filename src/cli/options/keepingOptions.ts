import { Option } from "commander";
import { failure } from "../../errors.ts";
import type { Keeping } from "../../experiments/framework/keeping.ts";
import { numberFrom } from "../../experiments/threads/flags.ts";

/** Flags that say how much is kept of runs. */
export interface KeepingFlags {
  readonly every?: number;
  readonly keep?: Keeping["keep"];
  readonly maxDisk?: number;
}

/** The options `--every` and `--keep`, which a run keeps when it is resumed. */
export function keepingOptions(): Option[] {
  return [
    new Option("--every <k>", "keep the rows at every k-th step, the first and the last (default: 1)").argParser(
      (text) => {
        const every = numberFrom("--every", text);
        if (Number.isSafeInteger(every) && every >= 1) return every;
        throw failure("ERR_COMMAND_LINE", `--every: expected a whole number from 1, got "${text}"`);
      },
    ),
    new Option(
      "--keep <what>",
      "all rows as they are; numbers: points of the first and the last row only; ends: these two rows only (default: all)",
    ).choices(["all", "numbers", "ends"]),
    maxDiskOption(),
  ];
}

/** The option `--max-disk`, which each session has for itself. */
export function maxDiskOption(): Option {
  return new Option(
    "--max-disk <size>",
    "stop with a checkpoint when the files take so much, such as 500MB or 2GB (default: no limit)",
  ).argParser(bytesOf);
}

const units: Readonly<Record<string, number>> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 };

/** Reads a size in bytes, kB, MB, GB or TB, which are powers of 1000. @throws ERR_COMMAND_LINE */
export function bytesOf(text: string): number {
  const [, digits, unit = "b"] = /^\s*(\d+(?:\.\d*)?(?:e\d+)?)\s*([kmgt]?b)?\s*$/i.exec(text) ?? [];
  const bytes = Number(digits) * (units[unit.toLowerCase()] ?? Number.NaN);
  if (bytes >= 1 && Number.isFinite(bytes)) return bytes;
  throw failure("ERR_COMMAND_LINE", `--max-disk: expected a size such as 500MB or 2GB, got "${text}"`);
}

/** What the flags say of the rows that are kept; undefined if all are. */
export function keepingOf({ every = 1, keep = "all" }: KeepingFlags): Keeping | undefined {
  return every === 1 && keep === "all" ? undefined : { every, keep };
}
