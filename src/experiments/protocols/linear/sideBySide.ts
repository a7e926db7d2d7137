/** Linear models that are trained side by side on exact paths, as one run: a block of the point for each of them. */
import type { Columns } from "../../../arrow/row.ts";
import { pow } from "../../../elementary/index.ts";
import { diagonal } from "../../../linalg/maps/maps.ts";
import { untilStep } from "../../../operators/measures/untilStep.ts";
import type { Problem } from "../../../problems/problem.ts";
import { chain } from "../../../streams/chain.ts";
import { defineMeasure } from "../../../streams/defineMeasure.ts";
import { defineUpdate } from "../../../streams/defineUpdate.ts";
import type { Update } from "../../../streams/types.ts";
import { type ArmColumn, columnOf, columnsOf } from "../comparison/armColumns.ts";
import type { LinearPath } from "./linearPath.ts";

/** One model on one data set, with scores of its outputs on held-out rows. */
export interface LinearMember {
  readonly path: LinearPath;
  /** Scores the model at a point. */
  readonly look: (point: Float64Array) => Look;
  /** Rank of the rows by which the whitening is computed, and how many they are. Absent: the data are not whitened. */
  readonly whitened?: { readonly rank: number; readonly rows: number };
}

/** What a model does on held-out rows. */
export interface Look {
  /** Score on the validation rows, and on the test rows; smaller is better. */
  readonly validation: number;
  readonly test: number;
  /** The same on those test rows that all arms have, if the arm has more. */
  readonly shared?: number;
  /** Largest change of an output on the test rows since the start. */
  readonly moves: number;
}

/** An arm: models whose losses and scores are averaged. */
export interface LinearArm {
  readonly name: string;
  readonly members: readonly LinearMember[];
  /** Seconds that it took to prepare the arm. */
  readonly seconds: number;
}

/** What is made from the data of one draw when the run begins. */
export interface LinearContest {
  readonly arms: readonly LinearArm[];
  /** Training loss that all arms are to reach. */
  readonly stated: number;
}

/** The form of a contest, which is known before its data. */
interface ContestForm {
  /** Name of the problem. */
  readonly name: string;
  /** Arms with the number of their members. */
  readonly arms: readonly { readonly name: string; readonly members: number }[];
  /** Length of a member's point. */
  readonly size: number;
  /** Rates as multiples of 1 / (largest eigenvalue), ascending. */
  readonly rates: readonly number[];
  /** Numbers of updates after which the models are looked at, ascending from 0. */
  readonly times: readonly number[];
}

/** Numbers of updates from 0 to `most`: each one up to 4, then five per decade. */
export function timesUpTo(most: number): number[] {
  const times = [0];
  for (let exact = 1; exact < most; ) {
    times.push(Math.round(exact));
    exact = exact < 4 ? exact + 1 : exact * perDecade;
  }
  times.push(most);
  return times;
}

const perDecade = pow(10, 1 / 5);

/** The problem, the start and the update of a contest. Nothing of the data is needed before the run begins. */
export function sideBySide(
  form: ContestForm,
  make: () => LinearContest,
): { readonly problem: Problem; readonly start: Float64Array; readonly update: Update } {
  let made: LinearContest | undefined;
  const contest = (): LinearContest => {
    made ??= make();
    return made;
  };
  const { name, arms, size, times } = form;
  // From the largest: the last row of a run, by which it is told, is not that of a rate which diverges.
  const rates = form.rates.toReversed();
  const offsets: number[] = [];
  let dimension = 0;
  for (const { members } of arms) {
    offsets.push(dimension);
    dimension += members * size;
  }
  /** Calls `visit` with each member, its arm, and the place of its point. */
  const each = (visit: (member: LinearMember, arm: number, from: number, to: number) => void): void => {
    for (const [a, { members }] of contest().arms.entries()) {
      for (const [m, member] of members.entries()) {
        const from = offsets[a]! + m * size;
        visit(member, a, from, from + size);
      }
    }
  };
  const problem: Problem = {
    name,
    dimension,
    symmetric: true,
    hasPotential: true,
    blocks: arms.map((arm, a) => ({
      name: arm.name,
      shape: [arm.members, size],
      offset: offsets[a]!,
      size: arm.members * size,
    })),
    evaluate(point, field) {
      let value = 0;
      each((member, a, from, to) => {
        const own = field.subarray(from, to);
        const { members } = arms[a]!;
        value += member.path.evaluate(point.subarray(from, to), own) / members;
        for (let i = 0; i < size; i++) own[i] = own[i]! / members;
      });
      return value;
    },
    linearize() {
      const entries = new Float64Array(dimension);
      each((member, a, from, to) => {
        const own = entries.subarray(from, to);
        member.path.curvature(own);
        for (let i = 0; i < size; i++) own[i] = own[i]! / arms[a]!.members;
      });
      return diagonal(entries);
    },
    description: { problem: name, arms: arms.map((arm) => arm.name), rates: [...rates], times: [...times] },
  };
  const placeOf = (step: number): { readonly factor: number; readonly updates: number; readonly last: boolean } => {
    const t = step % times.length;
    return { factor: rates[Math.floor(step / times.length)]!, updates: times[t]!, last: t === times.length - 1 };
  };
  const total = rates.length * times.length;
  const path = defineUpdate({
    name: "exactPath",
    step(it) {
      const { factor, updates } = placeOf(it.step + 1);
      const target = new Float64Array(dimension);
      each((member, _, from, to) => member.path.write(factor, updates, target.subarray(from, to)));
      return { stepSize: 1, next: it.evaluate(target) };
    },
  });
  const columns = columnsOf(
    arms.map((arm) => arm.name),
    "rate, as a multiple of 1 / (largest eigenvalue)",
  );
  const look = defineMeasure({
    name: "arms",
    columns: columns as Columns,
    step(it) {
      const { factor, updates, last } = placeOf(it.step);
      const { arms: own, stated } = contest();
      const found: Record<string, number | undefined> = { rate: factor, updates };
      each((member, a, from, to) => {
        const { name, members } = own[a]!;
        const point = it.point.subarray(from, to);
        const add = (what: ArmColumn, value: number): void => {
          const column = columnOf(name, what);
          found[column] = (found[column] ?? 0) + value / members.length;
        };
        add("loss", member.path.evaluate(point, new Float64Array(size)));
        const { validation, test, shared, moves } = member.look(point);
        add("validation", validation);
        add("test", test);
        if (shared !== undefined) add("shared", shared);
        const moved = columnOf(name, "moves");
        found[moved] = Math.max(found[moved] ?? 0, moves);
      });
      if (last) for (const arm of own) Object.assign(found, endOf(arm, factor, updates, stated));
      return { columns: found };
    },
  });
  return {
    problem,
    start: new Float64Array(dimension),
    update: chain(untilStep(total - 1), path, look),
  };
}

/** What the paths of an arm have reached after all updates. */
function endOf(arm: LinearArm, factor: number, updates: number, stated: number): Record<string, number | undefined> {
  const { name, members, seconds } = arm;
  const mean = (of: (member: LinearMember) => number): number =>
    members.reduce((sum, member) => sum + of(member), 0) / members.length;
  const whitened = members.flatMap((member) => member.whitened ?? []);
  const steps = members.map(({ path }) => path.updatesTo(stated, factor, updates));
  return {
    [columnOf(name, "reached")]: mean(({ path }) => path.lowest(factor, updates)),
    [columnOf(name, "rank")]: mean(({ path }) => path.rank),
    [columnOf(name, "updatesToLoss")]: steps.some((own) => own === undefined)
      ? undefined
      : steps.reduce((sum: number, own) => sum + own!, 0) / members.length,
    [columnOf(name, "stated")]: stated,
    ...(whitened.length === 0
      ? {}
      : {
          [columnOf(name, "whiteningRank")]: Math.min(...whitened.map(({ rank }) => rank)),
          [columnOf(name, "independent")]: mean(({ whitened }) => (whitened?.rank === whitened?.rows ? 1 : 0)),
        }),
    [columnOf(name, "seconds")]: seconds,
  };
}
