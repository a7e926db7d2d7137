import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { RandomSource } from "../../src/random.ts";
import { type Started, startFluxion } from "../../test/support/command.ts";
import { add, rounded, type Section } from "./section.ts";
import { module_, slowRounds } from "./slowRun.ts";

/** Kills per experiment; afterwards it is left alone until it ends. */
const mostKills = 6;

/** A row that was computed, before it was emitted. */
interface Computed {
  readonly run: string;
  readonly step: number;
  readonly time: number;
}

function computedIn(path: string): Computed[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => {
    const [run = "", step, time] = line.split(" ");
    return { run, step: Number(step), time: Number(time) };
  });
}

/**
 * Returns the seconds from the first computed row that is not in the file to the newest one, and the longest time
 * between two rows.
 */
function lostSeconds(computed: readonly Computed[], rowCounts: Readonly<Record<string, number>>) {
  const lost = computed.filter(({ run, step }) => step >= (rowCounts[run] ?? 0));
  const last = computed.at(-1)?.time ?? 0;
  let slowest = 0;
  for (const [index, { time }] of computed.entries())
    slowest = Math.max(slowest, time - (computed[index - 1]?.time ?? time));
  return { lost: lost.length === 0 ? 0 : (last - lost[0]!.time) / 1000, slowest: slowest / 1000 };
}

/** Kills within the start of the process, or while it computes. Both lengths are those of an idle machine. */
async function killAtRandom({ process: child, says, ended }: Started, random: RandomSource): Promise<void> {
  const early = random.uniform() < 0.2;
  if (!early) await says(/files: /).catch(() => undefined);
  const timer = setTimeout(() => child.kill("SIGKILL"), (early ? 1000 : 3000) * random.uniform());
  await ended;
  clearTimeout(timer);
}

/** SIGKILL at random moments of a run and its resumes, from their start on. */
export const kills: Section = {
  name: "kills",
  promise: "a kill loses at most 1 s of rows; every run can be resumed, to the bits of the uninterrupted one",
  shortPart: 0.02,
  isDone: ({ kills: count = 0 }, part) => count >= 200 * part,
  begin: () =>
    slowRounds("kills", { steps: 300, milliseconds: 3 }, async ({ slow, random, out, before }) => {
      const { folder, args } = slow;
      const progress = join(folder, "progress");
      const counts = {
        experiments: 1,
        kills: 0,
        "kills before the first row": 0,
        unresumable: 0,
        "different bits": 0,
      };
      let longest = before["longest loss s"] ?? 0;
      let rows = 0;
      for (let start = 0; ; start++) {
        rmSync(progress, { force: true });
        const begun = existsSync(join(folder, out, "experiment.json"));
        const given = begun ? ["resume", out, module_] : args(out);
        process.env.FLUXION_TEST_PROGRESS = progress;
        const started = startFluxion([...given, "--no-serve"], folder);
        delete process.env.FLUXION_TEST_PROGRESS;
        if (start < mostKills) await killAtRandom(started, random);
        const { code, stderr } = await started.ended;
        const [first, second] = slow.rows(out);
        const found = first!.length + second!.length;
        if (found < rows) throw new Error(`${out}: ${rows} rows before a resume, ${found} afterwards`);
        rows = found;
        if (code !== null) {
          // A kill between the last row and the end of the process leaves nothing to resume.
          const isFinished = code !== 0 && stderr.includes(`${out} finished`);
          if (code !== 0 && !isFinished) throw new Error(`${out} cannot be resumed: ${stderr}`);
          break;
        }
        counts.kills++;
        if (rows === 0) counts["kills before the first row"]++;
        const { lost, slowest } = lostSeconds(computedIn(progress), { first: first!.length, second: second!.length });
        // A batch is closed by the first row after a second.
        if (lost > 1 + slowest) throw new Error(`${out}: ${lost} s of rows are lost, and a row takes ${slowest} s`);
        longest = Math.max(longest, lost);
      }
      slow.assertWhole(out);
      return { ...add(before, counts), "longest loss s": rounded(longest, 3) };
    }),
};
