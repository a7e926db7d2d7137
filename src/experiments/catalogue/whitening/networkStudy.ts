/** Runs the studies of networks: one run for each n, draw, arm, test set and rate. */
import { catchError, concat, defer, EMPTY, type Observable, tap } from "rxjs";
import type { Row } from "../../../arrow/row.ts";
import { isFluxionError } from "../../../errors.ts";
import { untilStep } from "../../../operators/measures/untilStep.ts";
import type { Model } from "../../../problems/models/model.ts";
import { chain } from "../../../streams/chain.ts";
import type { Update } from "../../../streams/types.ts";
import type { ExperimentContext } from "../../framework/definition.ts";
import { columnOf } from "../../protocols/comparison/armColumns.ts";
import type { Trial } from "../../protocols/comparison/compareArms.ts";
import { trialsFrom } from "../../protocols/comparison/trialsFrom.ts";
import { atTheEnd } from "../../protocols/trajectory.ts";
import { type ArmName, type ArmPart, armOf, type WhiteningKind } from "./arms.ts";
import { type Draw, drawOf, sizesOf } from "./draw.ts";
import { look, type NetworkLoss, once, type Prepared, programsOf } from "./networkTrial.ts";
import { type Source, tableOf } from "./source.ts";
import type { Cell } from "./studies.ts";

/** An arm of a study of networks. */
export interface NetworkArm {
  readonly name: string;
  /** Data of the arm. */
  readonly data: ArmName;
  /** Kind of the whitening. Default zca. */
  readonly kind?: WhiteningKind;
  readonly rates: readonly number[];
  /** Most updates. */
  readonly updates: number;
  /** The method at a rate. */
  readonly update: (rate: number) => Update;
  /** Whether the method needs more of a network than others, so that the arm is left out where it is missing. */
  readonly demanding?: boolean;
}

/** A study of networks. */
interface NetworkStudy {
  /** Name of the study, with which the names of its runs begin. */
  readonly name: string;
  readonly source: Source;
  readonly model: Model;
  readonly loss: NetworkLoss;
  /** Training loss that all arms are to reach, for a draw. Undefined: that of the baseline at its best stop. */
  readonly stated: ((draw: Draw) => number) | undefined;
  readonly samples: readonly number[];
  readonly draws: number;
  readonly testSets: number;
  readonly arms: readonly NetworkArm[];
  /** Called at the end with the trials of each n, and the arms that the network supports. */
  readonly tell: (cells: readonly NetworkCell[], arms: readonly NetworkArm[]) => void;
}

/** A cell with what the fully whitened test sets say. */
export interface NetworkCell extends Cell {
  /** For each draw and test set, whether the rows by which it is whitened are linearly independent: 1 or 0. */
  readonly independent: readonly number[];
}

/** Points that a file keeps: the first and the last. */
const endsOnly = 2 ** 31;
/** Number of test sets, over all draws, of the fully whitened arm of a network where the theorem may hold. */
const wantedTestSets = 60;

/** Runs a study as a campaign. */
export function networkStudy(context: ExperimentContext, study: NetworkStudy): Observable<Row> {
  const { name, source, model, samples, draws, arms, tell, stated } = study;
  const sizes = sizesOf(source);
  const { validation, test, testSet } = sizes;
  const cells = samples.map((n) => ({ n, trials: [] as Trial[], independent: [] as number[] }));
  const programs = samples.map(() => programsOf(model, study.loss));
  const searches = samples.flatMap((n, c) =>
    Array.from({ length: draws }, (_, draw) =>
      arms.flatMap((arm) =>
        Array.from({ length: testSetsOf(arm, n, study, test / testSet) }, (_, set) =>
          arm.rates.map((rate, r) => ({ n, c, draw, arm, set, rate, r })),
        ).flat(),
      ),
    ).flat(),
  );
  const digits = String(Math.max(...samples)).length;
  const parts = partsOf(source, context.seed, sizes);
  const rows = tableOf(source);
  const leftOut = new Set<NetworkArm>();
  return concat(
    context.campaign(searches.length, (index) =>
      defer(() => {
        const { n, c, draw, arm, set, rate, r } = searches[index]!;
        const testSets = testSetsOf(arm, n, study, test / testSet);
        const run =
          `${name}-n${String(n).padStart(digits, "0")}-draw-${String(draw + 1).padStart(2, "0")}-` +
          `${arm.name.replaceAll(" ", "-")}${testSets > 1 ? `-set-${set + 1}` : ""}-rate-${r + 1}`;
        const full = arms.find((own) => own.data === "full");
        const shared = full === undefined ? 0 : testSet * testSetsOf(full, n, study, test / testSet);
        const prepared = once((): Prepared => ({ ...parts(n, draw, arm, testSets, set), shared }));
        const problem = once(() => programs[c]!.problem(prepared()));
        const trials = trialsFrom([arm.name], draw);
        const about = { study: name, data: source.name, rows, n, d: source.width, draw: draw + 1, arms: [arm.name] };
        const measured = look({ arm: arm.name, rate, updates: arm.updates, stated }, programs[c]!, prepared);
        const update = chain(untilStep(arm.updates), arm.update(rate), measured);
        // A function of the step, so that nothing is drawn and whitened for runs that are only read back.
        return context
          .iterate(problem, model.initialPoint(startSeed(context.seed, draw)), update, {
            ...{ name: run, points: endsOnly, repeat: false },
            description: { ...about, validation, test, testSet, set: set + 1, rate },
          })
          .pipe(
            catchError((error: unknown) => {
              if (!arm.demanding || !(isFluxionError(error) && error.code === "ERR_UNSUPPORTED")) throw error;
              if (!leftOut.has(arm)) context.note(`${arm.name} is left out: ${error.message}`);
              leftOut.add(arm);
              return EMPTY;
            }),
            tap({
              next: (row) => {
                if (row.run.name !== run) return;
                trials.take(row);
                const independent = row.columns[columnOf(arm.name, "independent")];
                if (arm.data === "full" && r === 0 && independent !== undefined)
                  cells[c]!.independent.push(independent);
              },
              complete: () => cells[c]!.trials.push(...trials.ended()),
            }),
          );
      }),
    ),
    atTheEnd(context, () =>
      tell(
        cells,
        arms.filter((arm) => !leftOut.has(arm)),
      ),
    ),
  );
}

/**
 * Test sets of an arm in each draw: several for the fully whitened arm where the theorem may freeze it. There a few
 * test rows are at chance, so that their scores are noise.
 */
function testSetsOf({ data }: NetworkArm, n: number, { draws, testSets, source }: NetworkStudy, most: number): number {
  const { testSet } = sizesOf(source);
  if (data !== "full" || n + testSet > source.width) return 1;
  return Math.min(testSets, most, Math.ceil(wantedTestSets / draws));
}

/** Draws and whitens. What the runs of one arm of a draw share is kept until the next arm. */
function partsOf(
  source: Source,
  seed: number,
  { validation, test, testSet }: ReturnType<typeof sizesOf>,
): (n: number, draw: number, arm: NetworkArm, testSets: number, set: number) => Omit<Prepared, "shared"> {
  let drawn: { readonly key: string; readonly draw: Draw } | undefined;
  let made: { readonly key: string; readonly parts: readonly ArmPart[] } | undefined;
  return (n, number, { data, kind }, testSets, set) => {
    const drawKey = `${n} ${number}`;
    if (drawn?.key !== drawKey) {
      drawn = { key: drawKey, draw: drawOf(source, { train: n, validation, test, testSet }, number, seed) };
    }
    const { draw } = drawn;
    const key = `${drawKey} ${data} ${kind ?? ""}`;
    if (made?.key !== key) made = { key, parts: armOf(data, draw, source, { testSet, testSets, kind }) };
    return { draw, part: made.parts[set]! };
  };
}

/** The seed of a draw's start; the same for all arms of the draw. */
const startSeed = (seed: number, draw: number): number => 1000 * seed + draw;
