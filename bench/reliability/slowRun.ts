/** Runs of `test/support/slowExperiment.ts` by the command, for the sections that disturb them. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readRun } from "../../src/arrow/readRun.ts";
import type { Row } from "../../src/arrow/row.ts";
import { isFluxionError } from "../../src/errors.ts";
import { type RandomSource, randomSource } from "../../src/random.ts";
import { fluxion, scratchDirectory } from "../../test/support/command.ts";
import { assertSameRows, timeless } from "../../test/support/sameRows.ts";
import type { Counts, Rounds } from "./section.ts";

export const module_ = fileURLToPath(new URL("../../test/support/slowExperiment.ts", import.meta.url));
const runs = ["first", "second"] as const;

interface SlowRun {
  /** Directory of all files, in which the command runs. */
  readonly folder: string;
  readonly args: (out: string) => string[];
  /** Rows of the experiment in `out`, as far as they have come; throws where one differs from the undisturbed ones. */
  readonly rows: (out: string) => readonly (readonly Row[])[];
  /** Throws unless the experiment in `out` has every row of the undisturbed one. */
  readonly assertWhole: (out: string) => void;
  readonly remove: (out: string) => void;
  readonly close: () => void;
}

/** Runs the experiment once without any disturbance. */
export async function slowRun(steps: number, milliseconds: number): Promise<SlowRun> {
  const folder = scratchDirectory();
  const options = ["--steps", String(steps), "--milliseconds", String(milliseconds)];
  const args = (out: string): string[] => ["run", module_, ...options, "--out", out];
  const { code, stderr } = await fluxion([...args("whole"), "--no-serve"], folder);
  if (code !== 0) throw new Error(stderr);
  const read = (out: string): Row[][] => runs.map((name) => rowsIn(join(folder, out, name)));
  const expected = read("whole");
  const rows = (out: string): Row[][] => {
    const found = read(out);
    for (const [index, mine] of found.entries()) {
      assertSameRows(mine, expected[index]!.slice(0, mine.length), `${out}/${runs[index]}`);
    }
    return found;
  };
  return {
    folder,
    args,
    rows,
    assertWhole(out) {
      for (const [index, { length }] of rows(out).entries()) {
        const wanted = expected[index]!.length;
        if (length !== wanted) throw new Error(`${out}/${runs[index]}: expected ${wanted} rows, got ${length}`);
      }
    },
    remove: (out) => rmSync(join(folder, out), { recursive: true, force: true }),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What a round on a slow run gets. */
interface SlowRound {
  readonly slow: SlowRun;
  /** Random numbers of this round. */
  readonly random: RandomSource;
  /** Name of a directory of its own, which is removed after the round. */
  readonly out: string;
  readonly before: Counts;
}

/** Rounds that each disturb a slow run in a directory of their own. */
export async function slowRounds(
  name: string,
  { steps, milliseconds }: { readonly steps: number; readonly milliseconds: number },
  round: (given: SlowRound) => Promise<Counts>,
): Promise<Rounds> {
  const slow = await slowRun(steps, milliseconds);
  return {
    close: slow.close,
    async round(index, before) {
      const out = `${name}-${index}`;
      const counts = await round({ slow, random: randomSource(1, name, index), out, before });
      slow.remove(out);
      return counts;
    },
  };
}

/** Rows of a run so far; none if it was killed before its first one. */
function rowsIn(directory: string): Row[] {
  if (!existsSync(directory)) return [];
  try {
    return timeless(readRun(directory));
  } catch (error) {
    if (isFluxionError(error) && ["ERR_ARROW_EMPTY", "ERR_RUN_FILE"].includes(error.code)) return [];
    throw error;
  }
}
