export { measure, measureRows, update } from "./author.ts";
export { choose, method, switchMethod } from "./combinators.ts";
export { iterate } from "./iterate.ts";
export { evaluate } from "./loop/evaluation.ts";
export { type ReplayOptions, replay } from "./replay.ts";
export { type Sample, type SampleOptions, uniformHeight, uniformIteration } from "./samplers.ts";
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
  Row,
  RowMeasure,
  Run,
  Setting,
  Settings,
  Status,
  Update,
  UpdateResult,
  UpdateSpec,
} from "./types.ts";
