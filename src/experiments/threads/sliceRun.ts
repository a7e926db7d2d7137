/** Takes a slice of the loss at a point that the files of a run keep. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { EMPTY, finalize, lastValueFrom, type Observable, Subject, takeUntil, tap } from "rxjs";
import type { Row } from "../../arrow/row.ts";
import { runFileName } from "../../arrow/runFile.ts";
import type { LossSlice, SliceRequest } from "../../arrow/slices/sliceData.ts";
import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import type { Problem } from "../../problems/problem.ts";
import { replay } from "../../streams/replay.ts";
import { lossSlice } from "../../streams/slices/lossSlice.ts";
import { experimentContext } from "../framework/context.ts";
import type { Experiment } from "../framework/definition.ts";
import { optionsFrom } from "./flags.ts";

/** Order to take a slice. */
export interface SliceOrder {
  /** Options of the experiment as they were given. */
  readonly options: Readonly<Record<string, JsonValue>>;
  readonly seed: number;
  /** Directory of the experiment. */
  readonly directory: string;
  /** Name of the run. */
  readonly run: string;
  /** Step whose point is meant. Default: the last one that is kept. */
  readonly step?: number;
  readonly asked: SliceRequest;
}

/** A slice, and where it was taken. */
export interface TakenSlice {
  readonly run: string;
  readonly problem: string;
  readonly step: number;
  /** Loss in the row of the step. */
  readonly value: number;
  readonly slice: LossSlice;
}

/**
 * Takes the slice of an order.
 *
 * The experiment runs with a context that computes nothing: each run is read from its file, so that the experiment makes
 * the same problems again, until the run that is meant has been read.
 *
 * @throws ERR_EXPERIMENT_DIRECTORY if the experiment makes no such run, or its files keep no such point
 */
export async function sliceRun(experiment: Experiment, order: SliceOrder): Promise<TakenSlice> {
  const { directory, run, step, asked } = order;
  let found: Problem | ((step: number) => Problem) | undefined;
  let here: Row | undefined;
  let before: Row | undefined;
  let isOver = false;
  const over = new Subject<void>();
  const context = experimentContext({ seed: order.seed, signal: new AbortController().signal });
  const rows = experiment.run(optionsFrom(experiment.options, order.options), {
    ...context,
    iterate(problem, _start, _update, { name = "run" } = {}) {
      const path = join(directory, name);
      if (!existsSync(join(path, runFileName))) return EMPTY;
      const read = replay(path, { slice: 50 });
      if (name !== run) return read;
      found = problem;
      return read.pipe(
        tap((row) => {
          if (row.point === undefined || (step !== undefined && row.step > step)) return;
          before = here;
          here = row;
        }),
        finalize(() => {
          isOver = true;
          over.next();
        }),
      );
    },
  });
  try {
    await finished(rows.pipe(takeUntil(over)));
  } catch (error) {
    // What the experiment makes of its runs may fail where some are missing. The one that is meant has been read.
    if (!isOver) throw error;
  }
  if (found === undefined) {
    throw failure("ERR_EXPERIMENT_DIRECTORY", `slice: the experiment in ${directory} has made no run "${run}"`);
  }
  if (here?.point === undefined || (step !== undefined && here.step !== step)) {
    const which = step === undefined ? "no points; run without --keep numbers" : `no point of step ${step}`;
    throw failure("ERR_EXPERIMENT_DIRECTORY", `slice: the files of ${join(directory, run)} keep ${which}`);
  }
  const { point } = here;
  const from = before?.step === here.step - 1 ? before.point : undefined;
  const move = from === undefined ? {} : { move: point.map((entry, k) => entry - from[k]!) };
  const problem = typeof found === "function" ? found(here.step) : found;
  const slice = lossSlice(problem, point, { ...asked, ...move });
  return { run, problem: problem.name, step: here.step, value: here.value, slice };
}

const finished = (rows: Observable<Row>): Promise<Row | undefined> => lastValueFrom(rows, { defaultValue: undefined });
