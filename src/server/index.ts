export {
  createViewerServer,
  type ViewerCommand,
  type ViewerServer,
  type ViewerServerOptions,
} from "./createViewerServer.ts";
export type { Hub, OpenOptions } from "./hub.ts";
export type {
  AttemptInfo,
  ClientMessage,
  EndCertificate,
  EndCertificates,
  FigureTitle,
  ListedRun,
  RunCells,
  RunEnding,
  RunInfo,
  ServerMessage,
  Subscription,
} from "./messages.ts";
export type { FigureGallery } from "./options.ts";
