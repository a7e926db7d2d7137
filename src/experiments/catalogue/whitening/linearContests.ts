/** Linear models of one draw, side by side: the arms, or steps between gradient descent and Newton's on raw data. */
import { randomSource } from "../../../random.ts";
import { linearPath } from "../../protocols/linear/linearPath.ts";
import {
  type LinearArm,
  type LinearContest,
  type LinearMember,
  type Look,
  timesUpTo,
} from "../../protocols/linear/sideBySide.ts";
import { type ArmName, type ArmPart, armOf } from "./arms.ts";
import { type Draw, scoreOf, sharedScore } from "./draw.ts";
import type { Source } from "./source.ts";

/** What a contest is made from. */
export interface ContestData {
  readonly source: Source;
  readonly draw: Draw;
  readonly testSet: number;
  /** Number of test sets that are whitened together with the training rows. */
  readonly testSets: number;
  /** Weights at the start, d x outputs. */
  readonly start: Float64Array;
}

/** Standard deviation of the weights at the start, times sqrt(d): small, so that what is not learnt adds little. */
const startSize = 1e-6;
/** Part of the possible decrease of the training loss that the stated loss leaves. */
const statedShare = 0.1;

/** Draws small isotropic weights, as the theorem needs them; the arms of a draw have the same. */
export function startOf({ width, outputs }: Source, seed: number, draw: number): Float64Array {
  const random = randomSource(seed, "whitening", "start", draw);
  return Float64Array.from({ length: width * outputs }, () => (startSize * random.normal()) / Math.sqrt(width));
}

/** The contest of raw and whitened data. The stated loss is 90 % of the way to the smallest one, which is the same for all. */
export function armsContest(data: ContestData, names: readonly ArmName[]): LinearContest {
  const shared = names.includes("full") ? data.testSet * data.testSets : 0;
  const arms = names.map((name): LinearArm => {
    const began = performance.now();
    const parts = armOf(name, data.draw, data.source, data);
    const members = parts.map((part) => memberOf(data, part, { shared }));
    return { name, members, seconds: (performance.now() - began) / 1000 };
  });
  const { least } = arms[0]!.members[0]!.path;
  const { targets, rows } = data.draw.train;
  const zero = targets.reduce((sum, y) => sum + y * y, 0) / (2 * rows);
  return { arms, stated: least + statedShare * (zero - least) };
}

/**
 * The contest of updates [(1 - lambda) B + lambda I]^-1 G on raw data. The stated loss is that of gradient descent,
 * lambda = 1, where its validation score is best; it is looked for at the rate 1 / (largest eigenvalue).
 */
export function lambdaContest(data: ContestData, lambdas: readonly number[], updates: number): LinearContest {
  const [part] = armOf("raw", data.draw, data.source, data);
  const arms = lambdas.map((mixing): LinearArm => {
    const began = performance.now();
    const members = [memberOf(data, part!, { mixing })];
    return { name: lambdaName(mixing), members, seconds: (performance.now() - began) / 1000 };
  });
  const descent = arms[lambdas.indexOf(1)]!.members[0]!;
  return { arms, stated: lossAtBestStop(descent, updates) };
}

export const lambdaName = (lambda: number): string => `lambda ${lambda}`;

function lossAtBestStop({ path, look }: LinearMember, updates: number): number {
  const [point, field] = [new Float64Array(path.size), new Float64Array(path.size)];
  let best = Number.POSITIVE_INFINITY;
  let loss = Number.NaN;
  for (const time of timesUpTo(updates)) {
    path.write(1, time, point);
    const score = look(point).validation;
    if (!(score < best)) continue;
    best = score;
    loss = path.evaluate(point, field);
  }
  return loss;
}

/** How a member is updated, and how many of its first test rows all arms have. */
interface MemberForm {
  readonly mixing?: number;
  readonly shared?: number;
}

function memberOf({ source, draw, start }: ContestData, part: ArmPart, form: MemberForm): LinearMember {
  const { mixing, shared = 0 } = form;
  const { width, outputs } = source;
  const path = linearPath({
    ...{ inputs: part.train, targets: draw.train.targets, width, outputs, start },
    ...(mixing === undefined ? {} : { mixing }),
  });
  const [ofValidation, ofTest] = [path.outputs(part.validation), path.outputs(part.test.inputs)];
  const first = ofTest(new Float64Array(path.size));
  return {
    path,
    look: remembering((point) => {
      const outputs = ofTest(point);
      return {
        validation: scoreOf(ofValidation(point), draw.validation),
        test: scoreOf(outputs, part.test),
        ...sharedScore(outputs, part.test, shared),
        moves: outputs.reduce((most, z, i) => Math.max(most, Math.abs(z - first[i]!)), 0),
      };
    }),
    ...(part.whitened === undefined ? {} : { whitened: part.whitened }),
  };
}

/** A path that has arrived stays where it is for most of its time; then nothing is computed again. */
function remembering(look: (point: Float64Array) => Look): (point: Float64Array) => Look {
  let last: { readonly point: Float64Array; readonly look: Look } | undefined;
  return (point) => {
    if (last === undefined || point.some((z, i) => z !== last!.point[i])) {
      last = { point: point.slice(), look: look(point) };
    }
    return last.look;
  };
}
