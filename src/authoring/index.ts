/**
 * Everything that the built-in operators are written with, for operators of your own.
 *
 * This file is the only way by which the built-in operators import from the loop.
 */
export type { Column, Columns, Row, Run, Setting, Settings, Status } from "../arrow/row.ts";
export {
  type ErrorCode,
  type FluxionError,
  FluxionInputError,
  FluxionRangeError,
  FluxionTypeError,
  failure,
  isFluxionError,
} from "../errors.ts";
export type { JsonValue } from "../json.ts";
export type { LinearMap } from "../linalg/linearMap.ts";
export {
  addScaled,
  axpy,
  distance,
  dot,
  isFiniteVector,
  negate,
  norm,
  scale,
  scaledMinus,
  squaredNorm,
} from "../linalg/vector.ts";
export {
  type Checked,
  type ChoiceRule,
  checkOption,
  type KindRule,
  type NumberRule,
  type OptionRule,
  type OptionRules,
  readOptions,
  settingOf,
} from "../options.ts";
export { blockNamed } from "../problems/blockNamed.ts";
export { type PlayerPlace, playersOf } from "../problems/playersOf.ts";
export type { ConvexSet, ParameterBlock, Problem } from "../problems/problem.ts";
export { stepInside } from "../problems/sets/convexSet.ts";
export { type RandomSource, randomSource } from "../random.ts";
export { describeRange, inRange, type Range } from "../range.ts";
export { chain } from "../streams/chain.ts";
export { choose } from "../streams/choose.ts";
export { defineMeasure } from "../streams/defineMeasure.ts";
export { defineRowMeasure } from "../streams/defineRowMeasure.ts";
export { defineUpdate } from "../streams/defineUpdate.ts";
export { firstRows } from "../streams/firstRows.ts";
export { iterate } from "../streams/iterate.ts";
export { evaluate } from "../streams/loop/evaluation.ts";
export { restartable } from "../streams/restartable.ts";
export { type Schedule, scheduled } from "../streams/scheduled.ts";
export { switchMethod } from "../streams/switchMethod.ts";
export type {
  Evaluation,
  Iterate,
  Measure,
  MeasureResult,
  MeasureSpec,
  Proposal,
  Refines,
  RowMeasure,
  Update,
  UpdateResult,
  UpdateSpec,
} from "../streams/types.ts";
export { oppositeOfDirection, rowVector, rowVectorOver, scratchVector } from "../streams/vectors.ts";
