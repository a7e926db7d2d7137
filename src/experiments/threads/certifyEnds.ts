/** Certifies the ends of an experiment's runs, or given points of its problem. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { EMPTY, lastValueFrom, type Observable, tap } from "rxjs";
import type { Row } from "../../arrow/row.ts";
import { runFileName } from "../../arrow/runFile.ts";
import type { Certificate } from "../../certify/certificate.ts";
import { certify } from "../../certify/certify.ts";
import { didYouMean } from "../../didYouMean.ts";
import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { formulaOf, type LossFormula } from "../../problems/networks/lossFormula.ts";
import type { Problem } from "../../problems/problem.ts";
import { replay } from "../../streams/replay.ts";
import { experimentContext } from "../framework/context.ts";
import type { Experiment } from "../framework/definition.ts";
import { firstRun } from "./firstRun.ts";
import { optionsFrom } from "./flags.ts";

/** Order to certify. */
export interface CertifyOrder {
  /** Options of the experiment as they were given. */
  readonly options: Readonly<Record<string, JsonValue>>;
  readonly seed: number;
  /** Whether a large radius of uniqueness is looked for. Default false. */
  readonly grow?: boolean;
  /** Directory of the experiment whose ends are meant; absent: `points` are. */
  readonly directory?: string;
  /** Names of the runs that are meant. Absent: those on which the experiment reports, or all if it reports on none. */
  readonly runs?: readonly string[];
  /** Points of the problem of the experiment's first run, one after the other, and where they come from. */
  readonly points?: { readonly from: string; readonly dimension: number; readonly values: Float64Array };
}

/** A problem whose points are certified, as far as a file can hold it. */
export interface CertifiedProblem {
  readonly name: string;
  /** Length of a point. */
  readonly dimension: number;
  /** What the problem says of itself. */
  readonly description?: JsonValue;
  /** Formula and data of its loss, from which another program can rebuild it. Absent: a file cannot hold them. */
  readonly loss?: LossFormula;
}

/** What happened to one end or point. */
export interface CertifiedEnd {
  /** Name of the run, or `point-3` for the third point. */
  readonly name: string;
  /** Number of its problem, in the order in which problems came. */
  readonly problem: number;
  /** Point as it was given. */
  readonly given: Float64Array;
  readonly certificate: Certificate;
  /** CPU time in seconds. */
  readonly seconds: number;
}

interface Told {
  readonly problem: (problem: CertifiedProblem) => void;
  readonly end: (end: CertifiedEnd) => void;
  /** A run that has no certificate, and why. */
  readonly note: (line: string) => void;
}

interface Meant {
  readonly name: string;
  readonly problem: Problem;
  readonly point: Float64Array;
}

/**
 * Certifies what an order names, and tells of each certificate as it comes.
 *
 * The experiment runs with a context that computes nothing: each run is read from its file, so that the experiment makes
 * the same problems again, and its searches are followed to their ends.
 *
 * @throws ERR_EXPERIMENT if the experiment makes no run; ERR_EXPERIMENT_DIRECTORY if none has ended; ERR_LENGTH for
 *   points of another problem; whatever `certify` throws for problems that it does not take
 */
export async function certifyEnds(experiment: Experiment, order: CertifyOrder, told: Told): Promise<void> {
  const found =
    order.directory === undefined ? await givenPoints(experiment, order) : await ends(experiment, order, told);
  const numbers = new Map<Problem, number>();
  for (const { name, problem, point } of found) {
    let number = numbers.get(problem);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(problem, number);
      told.problem(described(problem));
    }
    const before = process.cpuUsage();
    const certificate = certify(problem, point, { radius: order.grow === true ? "grow" : "least" });
    const { user, system } = process.cpuUsage(before);
    told.end({ name, problem: number, given: point, certificate, seconds: (user + system) / 1e6 });
  }
}

function described(problem: Problem): CertifiedProblem {
  const { name, dimension, description } = problem;
  const loss = formulaOf(problem);
  return {
    name,
    dimension,
    ...(description === undefined ? {} : { description }),
    ...(loss === undefined ? {} : { loss }),
  };
}

async function ends(experiment: Experiment, order: CertifyOrder, { note }: Told): Promise<readonly Meant[]> {
  const directory = order.directory!;
  const last = new Map<string, { readonly problem: Problem | undefined; row: Row | undefined }>();
  const reported = new Set<string>();
  let missing = false;
  const context = experimentContext({
    seed: order.seed,
    signal: new AbortController().signal,
    onFinding: ({ run }) => reported.add(run),
  });
  const rows = experiment.run(optionsFrom(experiment.options, order.options), {
    ...context,
    iterate(problem, _start, _update, { name = "run" } = {}) {
      const path = join(directory, name);
      if (!existsSync(join(path, runFileName))) {
        missing = true;
        return EMPTY;
      }
      const end = { problem: typeof problem === "function" ? undefined : problem, row: undefined as Row | undefined };
      last.set(name, end);
      return replay(path, { slice: 50 }).pipe(
        tap((row) => {
          end.row = row;
        }),
      );
    },
  });
  try {
    await finished(rows);
  } catch (error) {
    // Where runs are missing, what the experiment makes of the others may fail. Their ends are there all the same.
    if (!missing) throw error;
  }
  const named = reported.size === 0 ? [...last.keys()] : [...last.keys()].filter((name) => reported.has(name));
  const wanted = order.runs ?? named;
  const strange = wanted.find((name) => !last.has(name));
  if (strange !== undefined) {
    const names = [...last.keys()];
    throw failure(
      "ERR_COMMAND_LINE",
      `--run: ${directory} has no run "${strange}".${didYouMean(strange, names)} Runs: ${names.join(", ")}`,
    );
  }
  const meant = wanted.flatMap((name): Meant[] => {
    const end = last.get(name);
    const why = whyNot(end);
    if (why === undefined) return [{ name, problem: end!.problem!, point: end!.row!.point! }];
    note(`${name} is left out: ${why}`);
    return [];
  });
  if (meant.length === 0) {
    throw failure("ERR_EXPERIMENT_DIRECTORY", `certify: expected a run that has ended in ${directory}, got none`);
  }
  return meant;
}

function whyNot(
  end: { readonly problem: Problem | undefined; readonly row: Row | undefined } | undefined,
): string | undefined {
  if (end === undefined) return "the experiment has made no run of this name";
  if (end.problem === undefined) return "its problem changes from step to step";
  if (end.row === undefined) return "it has no rows";
  if (end.row.status === "running") return "it has not ended";
  return end.row.point === undefined ? "its file keeps no points" : undefined;
}

const finished = (rows: Observable<Row>): Promise<Row | undefined> => lastValueFrom(rows, { defaultValue: undefined });

/** The points of an order, with the problem of the experiment's first run. */
async function givenPoints(experiment: Experiment, order: CertifyOrder): Promise<readonly Meant[]> {
  const { from, dimension, values } = order.points!;
  const { problem } = await firstRun(experiment, order.options, order.seed, "certify(problem, point)");
  if (problem.dimension !== dimension) {
    throw failure(
      "ERR_LENGTH",
      `certify: expected points of ${problem.dimension} numbers, the dimension of ${problem.name}, ` +
        `got ${dimension} numbers per point in ${from}`,
    );
  }
  return Array.from({ length: values.length / dimension }, (_, i) => ({
    name: `point-${i + 1}`,
    problem,
    point: values.slice(i * dimension, (i + 1) * dimension),
  }));
}
