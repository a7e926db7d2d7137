/** Rows of runs as Arrow streams: encoding, recording, reading, and the files of a run directory. */
export { type Damage, describeDamage } from "./checks/damage.ts";
export type { BatchFacts } from "./checks/seal.ts";
export { coreColumns } from "./coreColumns.ts";
export { type ArrowRows, arrowRows } from "./data/arrowRows.ts";
export {
  concatenate,
  type EncoderOptions,
  RunEncoder,
} from "./encoder.ts";
export { describeEvent, eventsOf, type RowEvent } from "./events/rowEvents.ts";
export { type FileSource, openFile } from "./fileSource.ts";
export type { LossSlice, MissingLine, SliceDirection, SliceLine, SliceRequest } from "./lossSlice.ts";
export { type MessageOptions, type ReadAt, type StreamEnd, type StreamMessage, streamMessages } from "./messages.ts";
export type { Points } from "./points.ts";
export type { WriterProcess } from "./processIdentity.ts";
export { type ReadRunOptions, type RecordedRows, readRun } from "./readRun.ts";
export { endOfStream } from "./recordBatch.ts";
export {
  type BatchLimits,
  type RecordingOptions,
  type RecordMessage,
  type RecordRunOptions,
  type RunRecorder,
  recordRun,
} from "./recorder.ts";
export type { AppliedCommand, Column, Columns, Row, Run, Setting, Settings, Status } from "./row.ts";
export { RowDecoder } from "./rowDecoder.ts";
export {
  type AttemptEnding,
  iteratesFileName,
  type RunAttempt,
  type RunFile,
  type RunState,
  readRunFile,
  runFileName,
  runState,
} from "./runFile.ts";
export { RunReader, type RunReaderOptions } from "./runReader.ts";
export { runOfSchema, runSchema, sameColumns, schemaMessage } from "./schema.ts";
export { type AttemptReport, type RunReport, type StreamReport, verifyRun } from "./verifyRun.ts";
