export {
  type AlertCommandOptions,
  type AlertWebhookOptions,
  alertCommand,
  alertWebhook,
} from "./alerts/alerts.ts";
export { type ArrowFileOptions, arrowFile } from "./arrowFile.ts";
export { checkpointFileName, loadCheckpoint, saveCheckpoint } from "./checkpointFile.ts";
export { type CsvFileOptions, csvFile } from "./csvFile.ts";
export {
  defineSink,
  type Ending,
  type Recording,
  type Recordings,
  type RowSink,
  type SinkSpec,
} from "./defineSink.ts";
export { AppendFile, type AppendFileOptions } from "./files.ts";
export { freeDirectory, type LeaseClaim } from "./lease.ts";
export type { FileOptions } from "./recordToFile.ts";
export { type RunDirectoryOptions, runDirectory } from "./runDirectory.ts";
export type { StatusStream } from "./statusWriter.ts";
export { type TerminalStatusOptions, terminalStatus } from "./terminalStatus.ts";
export { type WebSocketOptions, webSocket } from "./webSocket.ts";
