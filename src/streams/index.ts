export type { LossSlice, MissingLine, SliceDirection, SliceLine, SliceRequest } from "../arrow/lossSlice.ts";
export { chain } from "./chain.ts";
export { choose } from "./choose.ts";
export { type ConnectOptions, connect } from "./connect/connect.ts";
export type { ConnectionState, Gap } from "./connect/message.ts";
export { defineMeasure } from "./defineMeasure.ts";
export { defineRowMeasure } from "./defineRowMeasure.ts";
export { defineUpdate } from "./defineUpdate.ts";
export { type FirstRowsOptions, firstRows } from "./firstRows.ts";
export { type FollowOptions, follow, type Silence } from "./follow.ts";
export { iterate } from "./iterate.ts";
export { evaluate } from "./loop/evaluation.ts";
export { type ReplayOptions, replay } from "./replay.ts";
export { restartable } from "./restartable.ts";
export { sampleByHeight } from "./sampleByHeight.ts";
export { sampleByIteration } from "./sampleByIteration.ts";
export type { Sample, SampleOptions } from "./sampling.ts";
export { type Schedule, scheduled } from "./scheduled.ts";
export { type LossSliceOptions, lossSlice } from "./slices/lossSlice.ts";
export { sliceCommand } from "./slices/sliceCommand.ts";
export { switchMethod } from "./switchMethod.ts";
export type {
  AppliedCommand,
  Checkpoint,
  Column,
  Columns,
  Command,
  Evaluation,
  Iterate,
  IterateOptions,
  Measure,
  MeasureResult,
  MeasureSpec,
  OperatorMemory,
  Proposal,
  Refines,
  Row,
  RowMeasure,
  Run,
  Setting,
  Settings,
  Status,
  TakeSlice,
  Update,
  UpdateResult,
  UpdateSpec,
} from "./types.ts";
export { oppositeOfDirection, rowVector, rowVectorOver, scratchVector } from "./vectors.ts";
