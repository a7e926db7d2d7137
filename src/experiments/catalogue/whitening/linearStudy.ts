/** Runs the studies of the linear model: one run for each n and draw, in which all arms go side by side. */
import { concat, defer, type Observable, tap } from "rxjs";
import type { Row } from "../../../arrow/row.ts";
import type { ExperimentContext } from "../../framework/definition.ts";
import { type ArmColumn, columnOf } from "../../protocols/comparison/armColumns.ts";
import type { Trial } from "../../protocols/comparison/compareArms.ts";
import { trialsFrom } from "../../protocols/comparison/trialsFrom.ts";
import { type LinearContest, sideBySide, timesUpTo } from "../../protocols/linear/sideBySide.ts";
import { atTheEnd } from "../../protocols/trajectory.ts";
import { drawOf, sizesOf } from "./draw.ts";
import { type ContestData, startOf } from "./linearContests.ts";
import { type Source, tableOf } from "./source.ts";
import type { Cell } from "./studies.ts";

/** A study of the linear model. */
interface LinearStudy {
  /** Name of the study, with which the names of its runs begin. */
  readonly name: string;
  readonly source: Source;
  readonly samples: readonly number[];
  readonly draws: number;
  readonly testSets: number;
  readonly rates: readonly number[];
  readonly updates: number;
  /** Arms, and how many models each has for so many test sets. */
  readonly arms: readonly { readonly name: string; readonly perTestSet: boolean }[];
  readonly make: (data: ContestData) => LinearContest;
  /** Called at the end with the trials of each n, and the last rows of each draw. */
  readonly tell: (cells: readonly LinearCell[]) => void;
}

/** A cell with what else its runs say. */
export interface LinearCell extends Cell {
  /** Mean of a column over the draws, from the last rows of the runs; undefined if they lack it. */
  mean(arm: string, what: ArmColumn): number | undefined;
  /** Largest change of an output on test rows, at rates that do not diverge. */
  moves(arm: string): number;
}

/** Runs a study as a campaign. */
export function linearStudy(context: ExperimentContext, study: LinearStudy): Observable<Row> {
  const { name, source, samples, draws, rates, updates, arms, make, tell } = study;
  const { validation, test, testSet } = sizesOf(source);
  const testSets = Math.min(study.testSets, test / testSet);
  const times = timesUpTo(updates);
  const rows = tableOf(source);
  const cells = samples.map((n) => ({ n, trials: [] as Trial[], last: [] as Row[], moves: new Map<string, number>() }));
  const search = (index: number): Observable<Row> =>
    defer(() => {
      const cell = cells[Math.floor(index / draws)]!;
      const draw = index % draws;
      const { n } = cell;
      const contest = sideBySide(
        {
          name: `linear models, ${name}`,
          arms: arms.map((arm) => ({ name: arm.name, members: arm.perTestSet ? testSets : 1 })),
          size: Math.min(n, source.width) * source.outputs,
          rates,
          times,
        },
        () =>
          make({
            ...{ source, testSet, testSets },
            draw: drawOf(source, { train: n, validation, test, testSet }, draw, context.seed),
            start: startOf(source, context.seed, draw),
          }),
      );
      const trials = trialsFrom(
        arms.map((arm) => arm.name),
        draw,
        cell.moves,
      );
      const digits = String(Math.max(...samples)).length;
      const run = `${name}-n${String(n).padStart(digits, "0")}-draw-${String(draw + 1).padStart(2, "0")}`;
      const about = {
        study: name,
        data: source.name,
        rows,
        n,
        d: source.width,
        draw: draw + 1,
        validation,
        test,
        testSet,
        testSets,
      };
      return context
        .iterate(contest.problem, contest.start, contest.update, {
          name: run,
          points: endsOnly,
          description: about,
          repeat: false,
        })
        .pipe(
          tap({
            next: (row) => {
              if (row.run.name !== run) return;
              trials.take(row);
              if (row.status !== "running") cell.last.push(row);
            },
            complete: () => cell.trials.push(...trials.ended()),
          }),
        );
    });
  return concat(
    context.campaign(samples.length * draws, search),
    atTheEnd(context, () => tell(cells.map(withMeans))),
  );
}

/** Points that a file keeps: the first and the last. */
const endsOnly = 2 ** 31;

function withMeans({
  n,
  trials,
  last,
  moves,
}: Cell & { readonly last: readonly Row[]; readonly moves: ReadonlyMap<string, number> }): LinearCell {
  return {
    moves: (arm) => moves.get(arm) ?? Number.NaN,
    n,
    trials,
    mean(arm, what) {
      const values = last.flatMap(({ columns }) => columns[columnOf(arm, what)] ?? []);
      return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
    },
  };
}
